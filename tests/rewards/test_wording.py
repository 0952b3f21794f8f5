"""Every code has its sentence and every entry its label and phrase; figures read as people write them.

The words are compared in English, which is the language of the msgids. What German does to figures (and to the
names of weekdays, which come with Django) shows without a translation of the words.
"""

import pytest
from django.utils.translation import get_language, override
from hypothesis import given

from rewards.engine.evaluate import evaluate
from rewards.engine.facts import SaleFacts
from rewards.engine.parameters import Entry, ParameterType
from rewards.engine.problems import Problem
from rewards.engine.reasons import Reason
from rewards.engine.rules import InvalidRule, Rule, Stacking, parse_rule
from rewards.engine.vocabulary import CONDITIONS, EFFECTS, PROBLEMS, REASONS
from rewards.wording import (
    choice_label,
    kind_label,
    parameter_label,
    preview,
    problem_sentence,
    sentence,
)
from rewards.wording.labels import CHOICES, KINDS, PARAMETERS
from rewards.wording.phrases import phrase
from rewards.wording.problems import EXPECTED
from rewards.wording.problems import SENTENCES as PROBLEM_SENTENCES
from rewards.wording.reasons import SENTENCES as REASON_SENTENCES
from tests.rewards.engine.definitions import Json, any_facts, any_rule, entry

ENTRIES: dict[str, type[Entry]] = {**CONDITIONS, **EFFECTS}
SAMPLES: dict[str, str | int] = {
    "store": "mitte",
    "stores": "mitte\nwest",
    "channel": "web",
    "channels": "web\ntill",
    "weekdays": "0\n5",
    "weekday": 1,
    "rule": "Happy hour",
    "name": "colour",
    "kind": "fixed",
    "first": "minimum_cents",
    "second": "maximum_cents",
    "group": "base",
    "choices": "0\n1",
    "expected": "integer",
}


def sample(name: str) -> str | int:
    return "2026-11-24" if name.endswith("_on") else SAMPLES.get(name, 3)


def english(reason: Reason, **names: Json) -> str:
    return sentence(reason, language="en", **names)


def test_every_reason_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(REASON_SENTENCES) == set(REASONS)


def test_every_problem_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(PROBLEM_SENTENCES) == set(PROBLEMS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", REASONS)
def test_reason_reads_as_a_whole_sentence(code: str, language: str) -> None:
    reason = Reason(code, {name: sample(name) for name in REASONS[code].parameters})

    text = sentence(reason, language=language)

    assert text.endswith(".")
    assert "%(" not in text


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", PROBLEMS)
def test_problem_reads_as_a_whole_sentence(code: str, language: str) -> None:
    problem = Problem("then.0.units", code, {name: sample(name) for name in PROBLEMS[code].parameters})

    text = problem_sentence(problem, language=language)

    assert text.endswith(".")
    assert "%(" not in text


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason("amount_below", {"amount_cents": 320, "minimum_cents": 500, "missing_cents": 180}),
            "Counts only from €5.00 on, this was €3.20: €1.80 too little.",
        ),
        (
            Reason("weekday_failed", {"weekday": 1, "weekdays": "0\n5\n6"}),
            "Counts only on Monday, Saturday or Sunday, this was a Tuesday.",
        ),
        (
            Reason("hours_failed", {"at_minute": 485, "from_minute": 1320, "to_minute": 1440}),
            "Counts only from 22:00 to 24:00, this was at 8:05.",
        ),
        (
            Reason("dates_after", {"today_on": "2026-11-24", "to_on": "2026-11-22"}),
            "Counted only until 22 November 2026, this was on 24 November 2026.",
        ),
        (
            Reason("channel_failed", {"channel": "till", "channels": "web\nreceipt"}),
            "Counts only for purchases booked in the online shop or with the receipt, this one was booked by the till.",
        ),
        (
            Reason("nth_visit_failed", {"visit": 9, "every": 10, "visits_left": 1}),
            "Counts once every 10 visits, this is number 9: 1 visit to go.",
        ),
        (
            Reason("nth_visit_failed", {"visit": 8, "every": 10, "visits_left": 2}),
            "Counts once every 10 visits, this is number 8: 2 visits to go.",
        ),
        (Reason("fixed_granted", {"granted_units": 1}), "1 stamp for this visit."),
        (Reason("fixed_granted", {"granted_units": 1200}), "1,200 stamps for this visit."),
        (
            Reason(
                "per_amount_carried",
                {
                    "granted_units": 0,
                    "units": 1,
                    "per_cents": 5000,
                    "amount_cents": 123456,
                    "before_cents": -3000,
                    "after_cents": 50,
                },
            ),
            "0 stamps: 1 stamp for every full €50.00, worked out from this purchase of €1,234.56 and −€30.00 "
            "carried over; €0.50 count towards the next purchase.",
        ),
        (
            Reason("multiplier_granted", {"granted_units": 1, "base_units": 2, "percent": 150}),
            "1 stamp on top: 150% instead of 100%. Without this rule it would be 2 stamps.",
        ),
    ],
)
def test_reason_shows_its_figures(reason: Reason, text: str) -> None:
    assert english(reason, unit_singular="stamp", unit_plural="stamps") == text


def test_reason_names_stores_that_are_known_and_keys_otherwise() -> None:
    reason = Reason("store_failed", {"store": "s1", "stores": "s2\ns3"})

    assert english(reason, stores={"s1": "Mitte", "s2": "West"}) == "Counts only in West or s3, this was in Mitte."


def test_reason_without_unit_names_says_units() -> None:
    assert english(Reason("fixed_granted", {"granted_units": 2})) == "2 units for this visit."


def test_reason_of_another_release_names_its_code() -> None:
    assert english(Reason("full_moon", {"phase": 3})) == "This version has no explanation for “full_moon”."


def test_reason_in_german_writes_figures_the_german_way() -> None:
    below = Reason("amount_below", {"amount_cents": 123456, "minimum_cents": 200000, "missing_cents": 76544})

    assert "1.234,56" in sentence(below, language="de")
    assert "Dienstag" in sentence(Reason("weekday_held", {"weekday": 1}), language="de")


def test_wording_leaves_the_active_language_alone() -> None:
    with override("de"):
        english(Reason("first_visit_held"))
        problem_sentence(Problem("then", "effect_missing"), language="en")
        assert get_language() == "de"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("then.0.units", "too_small", {"minimum": 1}), "Units: enter at least 1."),
        (
            Problem("when.0.minimum_cents", "too_large", {"maximum": 100_000_000}),
            "At least (sum): enter at most €1,000,000.00.",
        ),
        (Problem("when.0.from_minute", "too_large", {"maximum": 1439}), "From (time): enter at most 23:59."),
        (Problem("then.0.percent", "too_small", {"minimum": 101}), "Percent: enter at least 101%."),
        (
            Problem("when.0.weekdays.1", "unknown_choice", {"choices": "5\n6"}),
            "Weekdays: choose from Saturday or Sunday.",
        ),
        (
            Problem("stacking", "unknown_choice", {"choices": "all\nbest"}),
            "Within the group: choose from all rules count or only the best rule counts.",
        ),
        (
            Problem("when.0", "one_needed", {"first": "from_on", "second": "to_on"}),
            "Fill in “First day”, “Last day” or both.",
        ),
        (
            Problem("when", "conditions_exclude", {"first": "first_visit", "second": "nth_visit"}),
            "The conditions “First visit” and “Every so many visits” can never hold at the same time. "
            "Change or remove one of them.",
        ),
        (Problem("", "wrong_type", {"expected": "object"}), "The rule: this must be an object with fields."),
        (
            Problem("colour", "unknown_parameter", {"name": "colour"}),
            "“colour” is not known here. Remove it or correct the spelling.",
        ),
    ],
)
def test_problem_says_what_to_change(problem: Problem, text: str) -> None:
    assert problem_sentence(problem, language="en") == text


def test_every_kind_parameter_and_choice_has_a_label() -> None:
    parameters = [spec for cls in ENTRIES.values() for spec in cls.parameters]
    choices = {choice for spec in parameters for choice in spec.choices if isinstance(choice, str)}

    assert set(KINDS) == set(ENTRIES)
    assert set(PARAMETERS) == {spec.name for spec in parameters} | {"kind", "when", "then", "group", "stacking"}
    assert set(CHOICES) == choices | {stacking.value for stacking in Stacking}
    assert set(EXPECTED) == {kind.value for kind in ParameterType} | {"text", "list", "object"}


def test_labels_are_in_the_language_asked_for() -> None:
    assert kind_label("per_amount", language="en") == "By sum of the purchase"
    assert parameter_label("carry", language="en") == "Remainders count next time"
    assert choice_label("best", language="en") == "only the best rule counts"
    assert choice_label(0, language="de") == "Montag"


@pytest.mark.parametrize("kind", ENTRIES)
def test_every_kind_has_a_phrase_for_the_preview(kind: str) -> None:
    assert ENTRIES[kind] in phrase.registry


@given(any_rule, any_facts)
def test_whatever_the_engine_answers_can_be_read(rule: Rule, facts: SaleFacts) -> None:
    (verdict,) = evaluate(rules=[rule], facts=facts).verdicts

    for language in ("de", "en"):
        assert preview(rule, unit_singular="Punkt", unit_plural="Punkte", language=language)
        for check in verdict.checks:
            assert sentence(check.reason, language=language).endswith(".")


@pytest.mark.parametrize(
    "definition",
    [
        {"when": [entry("store", stores=[]), entry("level", minimum=9)], "then": [], "stacking": 5},
        {"when": [entry("amount"), entry("hours", from_minute=-1, to_minute="x")], "then": [entry("x")]},
    ],
)
def test_whatever_is_refused_can_be_read(definition: dict[str, Json]) -> None:
    with pytest.raises(InvalidRule) as refused:
        parse_rule(definition=definition, key="rule", version=1, program="stamps", name="Rule")

    assert all(problem_sentence(problem, language="de").endswith(".") for problem in refused.value.problems)
