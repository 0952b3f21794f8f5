"""What a booking stores is read back as it was, and refused when somebody changed its shape."""

import pytest

from rewards.engine.reasons import Check, Reason, from_lines, in_lines
from rewards.engine.verdicts import Evaluation, Grant, RuleVerdict, verdict_from_json
from tests.rewards.engine.definitions import Json

WHY = Reason("fixed_granted", {"granted_units": 1})
VERDICT = RuleVerdict("rule", 2, "stamps", "Stamp", 0, (Check(WHY, held=True),), Reason("stopped_by_earlier"))


def test_verdict_is_stored_in_this_form() -> None:
    assert VERDICT.to_json() == {
        "rule_key": "rule",
        "rule_version": 2,
        "program": "stamps",
        "name": "Stamp",
        "granted": 0,
        "checks": [{"held": True, "reason": {"code": "fixed_granted", "params": {"granted_units": 1}}}],
        "stopped_by": {"code": "stopped_by_earlier", "params": {}},
    }


def test_verdict_reads_back() -> None:
    assert verdict_from_json(VERDICT.to_json()) == VERDICT


def test_evaluation_reads_back() -> None:
    evaluation = Evaluation((Grant("rule", 2, "stamps", 1, WHY, carry_delta=-5),), (VERDICT,), {("stamps", "rule"): -5})

    assert evaluation.to_json()["carries"] == [{"program": "stamps", "rule_key": "rule", "delta": -5}]
    assert Evaluation.from_json(evaluation.to_json()) == evaluation


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rule_key", None),
        ("rule_version", "2"),
        ("granted", 1.0),
        ("granted", True),
        ("checks", None),
        ("checks", ["held"]),
        ("checks", [{"held": 1, "reason": WHY.to_json()}]),
        ("checks", [{"held": True, "reason": {"code": "x", "params": {"granted_units": 0.5}}}]),
        ("stopped_by", "stopped"),
    ],
)
def test_verdict_of_another_shape_is_refused(name: str, value: Json) -> None:
    with pytest.raises(ValueError, match="stored"):
        verdict_from_json({**VERDICT.to_json(), name: value})


def test_several_values_share_one_parameter() -> None:
    assert from_lines(in_lines(["mitte", "west"])) == ("mitte", "west")
    assert in_lines([0, 5]) == "0\n5"
