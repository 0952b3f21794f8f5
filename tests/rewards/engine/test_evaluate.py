"""Rules evaluated together, worked out by hand: order, stacking, multipliers, carries."""

from dataclasses import replace

import pytest

from rewards.engine.evaluate import Evaluation, evaluate
from rewards.engine.facts import Item
from rewards.engine.reasons import Check, Reason
from rewards.engine.rules import Rule
from tests.rewards.engine.definitions import entry, make_facts, make_rule

STAMP = entry("fixed", units=1)
PER_50_EURO = entry("per_amount", units=1, per_cents=5000, carry=True)


def fixed(
    units: int,
    key: str,
    *,
    position: int = 0,
    group: str = "base",
    program: str = "stamps",
    stacking: str = "all",
) -> Rule:
    return make_rule(
        entry("fixed", units=units),
        key=key,
        position=position,
        group=group,
        program=program,
        stacking=stacking,
    )


def granted(evaluation: Evaluation) -> dict[str, int]:
    return {verdict.rule_key: verdict.granted for verdict in evaluation.verdicts}


def test_stamp_card_grants_one_stamp_and_says_why() -> None:
    evaluation = evaluate(rules=[make_rule(STAMP, when=(entry("amount", minimum_cents=300),))], facts=make_facts(300))

    (grant,) = evaluation.grants
    assert (grant.rule_key, grant.rule_version, grant.program, grant.amount) == ("rule", 1, "stamps", 1)
    assert grant.why == Reason("fixed_granted", {"granted_units": 1})
    (verdict,) = evaluation.verdicts
    assert verdict.name == "Rule rule"
    assert verdict.checks == (
        Check(Reason("amount_held", {"amount_cents": 300}), held=True),
        Check(Reason("fixed_granted", {"granted_units": 1}), held=True),
    )


def test_failed_rule_grants_nothing_and_shows_every_condition() -> None:
    rule = make_rule(STAMP, when=(entry("first_visit"), entry("level", minimum=1), entry("channel", channels=["web"])))
    evaluation = evaluate(rules=[rule], facts=make_facts(level=1, visits=4))

    assert evaluation.grants == ()
    (verdict,) = evaluation.verdicts
    assert verdict.granted == 0
    assert [(check.reason.code, check.held) for check in verdict.checks] == [
        ("first_visit_failed", False),
        ("level_held", True),
        ("channel_failed", False),
    ]
    assert verdict.stopped_by is None


def test_carry_of_a_rule_that_grants_nothing_yet_is_reported() -> None:
    first = evaluate(rules=[make_rule(PER_50_EURO)], facts=make_facts(3000))
    second = evaluate(rules=[make_rule(PER_50_EURO)], facts=make_facts(2000, carry={"rule": 3000}))

    assert (first.grants, first.carries) == ((), {("stamps", "rule"): 3000})
    assert [(check.reason.code, check.held) for check in first.verdicts[0].checks] == [("per_amount_not_yet", False)]
    assert [(grant.amount, grant.carry_delta) for grant in second.grants] == [(1, -3000)]
    assert second.carries == {("stamps", "rule"): -3000}


def test_carry_of_a_rule_whose_conditions_fail_stays() -> None:
    rule = make_rule(PER_50_EURO, when=(entry("level", minimum=3),))

    assert evaluate(rules=[rule], facts=make_facts(9000, carry={"rule": 100})).carries == {}


def test_carry_belongs_to_its_own_rule() -> None:
    rules = [make_rule(PER_50_EURO, key="a"), make_rule(PER_50_EURO, key="b")]
    evaluation = evaluate(rules=rules, facts=make_facts(1000, carry={"a": 4000}))

    assert granted(evaluation) == {"a": 1, "b": 0}
    assert evaluation.carries == {("stamps", "a"): -4000, ("stamps", "b"): 1000}


def test_two_effects_of_a_rule_make_two_grants() -> None:
    rule = make_rule(STAMP, entry("per_item", units=2))
    evaluation = evaluate(rules=[rule], facts=make_facts(items=(Item("roll", "bread", 3, 90),)))

    assert [grant.amount for grant in evaluation.grants] == [1, 6]
    assert granted(evaluation) == {"rule": 7}


def test_verdicts_come_by_program_position_and_key() -> None:
    rules = [
        fixed(1, "z", position=0),
        fixed(1, "b", position=1),
        fixed(1, "a", position=1),
        fixed(1, "c", position=5, program="points"),
    ]

    assert list(granted(evaluate(rules=rules, facts=make_facts()))) == ["c", "z", "a", "b"]


def test_stacking_all_adds_up() -> None:
    rules = [fixed(1, "a"), fixed(2, "b")]

    assert granted(evaluate(rules=rules, facts=make_facts())) == {"a": 1, "b": 2}


def test_stacking_best_keeps_the_highest_and_tells_the_others() -> None:
    rules = [fixed(units, key, stacking="best") for key, units in (("a", 1), ("b", 3), ("c", 3))]
    evaluation = evaluate(rules=rules, facts=make_facts())

    assert granted(evaluation) == {"a": 0, "b": 3, "c": 0}
    assert [verdict.stopped_by for verdict in evaluation.verdicts] == [
        Reason("stopped_by_better", {"rule": "Rule b", "own_units": 1, "winner_units": 3}),
        None,
        Reason("stopped_by_better", {"rule": "Rule b", "own_units": 3, "winner_units": 3}),
    ]


def test_stacking_first_keeps_the_earliest_that_fits() -> None:
    rules = [
        make_rule(entry("fixed", units=9), key="a", stacking="first", when=(entry("level", minimum=3),)),
        make_rule(entry("per_item", units=9), key="b", position=1, stacking="first"),
        fixed(1, "c", position=2, stacking="first"),
        fixed(5, "d", position=3, stacking="first"),
    ]
    evaluation = evaluate(rules=rules, facts=make_facts())

    assert granted(evaluation) == {"a": 0, "b": 0, "c": 1, "d": 0}
    assert [verdict.stopped_by for verdict in evaluation.verdicts] == [
        None,
        None,
        None,
        Reason("stopped_by_earlier", {"rule": "Rule c"}),
    ]


def test_stacking_first_lets_a_rule_win_that_only_carries() -> None:
    rules = [
        make_rule(PER_50_EURO, key="a", stacking="first"),
        fixed(1, "b", position=1, stacking="first"),
    ]
    evaluation = evaluate(rules=rules, facts=make_facts(1000))

    assert (granted(evaluation), evaluation.carries) == ({"a": 0, "b": 0}, {("stamps", "a"): 1000})


def test_stopped_rule_keeps_its_carry() -> None:
    rules = [make_rule(PER_50_EURO, key="a", stacking="best"), fixed(1, "b", stacking="best")]
    evaluation = evaluate(rules=rules, facts=make_facts(1000))

    assert (granted(evaluation), evaluation.carries) == ({"a": 0, "b": 1}, {})


def test_groups_and_programs_stack_for_themselves() -> None:
    rules = [
        fixed(1, "a", stacking="best"),
        fixed(5, "b", stacking="best", group="extra"),
        fixed(9, "c", stacking="best", program="points"),
    ]

    assert granted(evaluate(rules=rules, facts=make_facts())) == {"c": 9, "a": 1, "b": 5}


def test_group_with_mixed_stacking_follows_its_first_rule() -> None:
    rules = [fixed(1, "a", stacking="best"), fixed(2, "b", position=1)]

    assert granted(evaluate(rules=rules, facts=make_facts())) == {"a": 0, "b": 2}


def test_multipliers_work_on_the_other_rules_and_not_on_each_other() -> None:
    rules = [
        make_rule(entry("multiplier", percent=200), key="a"),
        fixed(3, "b", position=1),
        fixed(2, "c", position=2),
        make_rule(entry("multiplier", percent=150), key="d", position=3),
        fixed(50, "e", group="extra"),
    ]

    assert granted(evaluate(rules=rules, facts=make_facts())) == {"a": 5, "b": 3, "c": 2, "d": 2, "e": 50}


def test_multiplier_in_a_best_group_raises_the_winner_and_only_the_best_one_does() -> None:
    rules = [
        fixed(3, "a", stacking="best"),
        fixed(2, "b", stacking="best"),
        make_rule(entry("multiplier", percent=150), key="c", stacking="best"),
        make_rule(entry("multiplier", percent=300), key="d", stacking="best"),
    ]

    assert granted(evaluate(rules=rules, facts=make_facts())) == {"a": 3, "b": 0, "c": 0, "d": 6}


def test_multiplier_whose_base_fails_grants_nothing() -> None:
    rules = [
        make_rule(STAMP, key="a", when=(entry("level", minimum=3),)),
        make_rule(entry("multiplier", percent=200), key="b"),
    ]

    assert evaluate(rules=rules, facts=make_facts()).grants == ()


def test_two_versions_of_a_rule_are_a_mistake() -> None:
    rule = make_rule(STAMP)

    with pytest.raises(ValueError, match="once"):
        evaluate(rules=[rule, replace(rule, version=2)], facts=make_facts())


def test_no_rules_grant_nothing() -> None:
    assert evaluate(rules=[], facts=make_facts(1000)) == Evaluation((), (), {})
