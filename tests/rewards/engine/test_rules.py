"""Definitions read into rules: everything right goes through unchanged, everything wrong is named at its place."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.engine.conditions import AmountBetween
from rewards.engine.effects import Fixed, PerItem
from rewards.engine.problems import Problem
from rewards.engine.rules import InvalidRule, Rule, Stacking, parse_rule, problems_together
from tests.rewards.engine.definitions import Json, any_definition, any_rule, entry, make_rule

STAMP = entry("fixed", units=1)


def parse(definition: Json) -> Rule:
    return parse_rule(definition=definition, key="rule", version=3, program="stamps", name="Stamp", position=2)


def problems(definition: Json) -> tuple[Problem, ...]:
    with pytest.raises(InvalidRule) as refused:
        parse(definition)
    return refused.value.problems


def problems_of_condition(kind: str, **parameters: Json) -> tuple[Problem, ...]:
    return problems({"when": [entry(kind, **parameters)], "then": [STAMP]})


def problems_of_effect(kind: str, **parameters: Json) -> tuple[Problem, ...]:
    return problems({"then": [entry(kind, **parameters)]})


def test_definition_is_read_into_a_rule() -> None:
    definition = {
        "when": [{"kind": "amount", "minimum_cents": 500}],
        "then": [{"kind": "fixed", "units": 1}],
        "group": "visits",
        "stacking": "best",
    }

    assert parse(definition) == Rule(
        key="rule",
        version=3,
        program="stamps",
        name="Stamp",
        conditions=(AmountBetween(minimum_cents=500),),
        effects=(Fixed(1),),
        group="visits",
        position=2,
        stacking=Stacking.BEST,
    )


@pytest.mark.parametrize("when", [{}, {"when": []}, {"when": None, "group": None, "stacking": None}])
def test_definition_without_conditions_always_applies_in_the_base_group(when: dict[str, Json]) -> None:
    rule = parse({**when, "then": [STAMP]})

    assert (rule.conditions, rule.group, rule.stacking) == ((), "base", Stacking.ALL)


def test_lists_lose_order_and_doubles() -> None:
    rule = parse({"then": [entry("per_item", units=1, skus=["b", " a ", "b"])]})

    assert rule.effects == (PerItem(1, skus=("a", "b")),)


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ([], Problem("", "wrong_type", {"expected": "object"})),
        ({"then": "stamp"}, Problem("then", "wrong_type", {"expected": "list"})),
        ({"then": ["stamp"]}, Problem("then.0", "wrong_type", {"expected": "object"})),
        ({"then": [{"units": 1}]}, Problem("then.0.kind", "missing_parameter")),
        ({"then": [{"kind": ["fixed"]}]}, Problem("then.0.kind", "wrong_type", {"expected": "text"})),
        ({"then": [entry("gift")]}, Problem("then.0.kind", "kind_unknown", {"kind": "gift"})),
        ({"then": [entry("amount", minimum_cents=5)]}, Problem("then.0.kind", "kind_unknown", {"kind": "amount"})),
        ({"then": []}, Problem("then", "effect_missing")),
        ({}, Problem("then", "effect_missing")),
        ({"then": ()}, Problem("then", "effect_missing")),
        ({"then": [STAMP] * 6}, Problem("then", "list_too_long", {"maximum": 5})),
        ({"then": [STAMP], "if": []}, Problem("if", "unknown_parameter", {"name": "if"})),
        ({"then": [STAMP], "group": "  "}, Problem("group", "text_invalid", {"maximum": 100})),
        (
            {"then": [STAMP], "stacking": "most"},
            Problem("stacking", "unknown_choice", {"choices": "all\nbest\nfirst"}),
        ),
    ],
)
def test_definition_of_a_wrong_shape_is_named(definition: Json, problem: Problem) -> None:
    assert problems(definition) == (problem,)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "missing_parameter"),
        (0, "too_small"),
        (100_001, "too_large"),
        (10**30, "too_large"),
        (1.0, "wrong_type"),
        ("1", "wrong_type"),
        (True, "wrong_type"),
        ([1], "wrong_type"),
    ],
)
def test_whole_number_is_read_strictly(value: Json, code: str) -> None:
    (problem,) = problems_of_effect("fixed", units=value)

    assert (problem.path, problem.code) == ("then.0.units", code)


def test_whole_number_too_long_to_be_printed_is_refused_like_any_other() -> None:
    assert problems_of_effect("fixed", units=10**5000) == (Problem("then.0.units", "too_large", {"maximum": 100_000}),)


@pytest.mark.parametrize("value", ["24.11.2026", "20261124", "2026-W48-2", "2026-02-30", ""])
def test_date_is_read_in_one_form_only(value: str) -> None:
    assert problems_of_condition("dates", from_on=value) == (Problem("when.0.from_on", "date_invalid"),)


@pytest.mark.parametrize(
    ("stores", "path", "code"),
    [
        ([], "when.0.stores", "list_empty"),
        ("mitte", "when.0.stores", "wrong_type"),
        (["mitte", 5], "when.0.stores.1", "wrong_type"),
        (["mi\ntte"], "when.0.stores.0", "text_invalid"),
        (["\ud800"], "when.0.stores.0", "text_invalid"),
        (["x" * 101], "when.0.stores.0", "text_invalid"),
        (["x"] * 201, "when.0.stores", "list_too_long"),
    ],
)
def test_list_of_texts_is_read_strictly(stores: Json, path: str, code: str) -> None:
    (problem,) = problems_of_condition("store", stores=stores)

    assert (problem.path, problem.code) == (path, code)


@pytest.mark.parametrize("day", [7, -1, True, "1", 1.0])
def test_choice_outside_the_list_is_refused(day: Json) -> None:
    assert problems_of_condition("weekday", weekdays=[0, day]) == (
        Problem("when.0.weekdays.1", "unknown_choice", {"choices": "0\n1\n2\n3\n4\n5\n6"}),
    )


def test_parameter_that_the_kind_does_not_know_is_refused() -> None:
    assert problems_of_effect("fixed", units=1, maximum_units=3) == (
        Problem("then.0.maximum_units", "unknown_parameter", {"name": "maximum_units"}),
    )


def test_unprintable_names_are_echoed_printable_and_short() -> None:
    (problem,) = problems_of_effect("\ud800" + "x" * 100)

    shown = str(problem.params["kind"])
    assert shown.isprintable()
    assert len(shown) == 40


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        ("amount", {}, "one_needed"),
        ("amount", {"minimum_cents": 500, "maximum_cents": 499}, "range_reversed"),
        ("dates", {}, "one_needed"),
        ("dates", {"from_on": "2026-11-25", "to_on": "2026-11-24"}, "range_reversed"),
        ("hours", {"from_minute": 60, "to_minute": 60}, "window_empty"),
    ],
)
def test_condition_that_could_never_hold_is_refused(kind: str, parameters: dict[str, Json], code: str) -> None:
    assert [(problem.path, problem.code) for problem in problems_of_condition(kind, **parameters)] == [("when.0", code)]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("per_amount", {"per_cents": 100, "carry": True}), ("per_item", {})],
)
def test_cap_below_a_single_step_is_refused(kind: str, parameters: dict[str, Json]) -> None:
    assert problems_of_effect(kind, units=5, maximum_units=4, **parameters) == (
        Problem("then.0.maximum_units", "maximum_below_units", {"units": 5}),
    )
    assert make_rule(entry(kind, units=5, maximum_units=5, **parameters)).effects


def test_two_remainders_in_one_rule_are_refused() -> None:
    carrying = entry("per_amount", units=1, per_cents=100, carry=True)
    dropping = entry("per_amount", units=1, per_cents=100, carry=False)

    assert problems({"then": [carrying, carrying]}) == (Problem("then", "carry_twice"),)
    assert len(make_rule(carrying, dropping).effects) == 2


def test_multiplier_beside_another_effect_is_refused() -> None:
    assert problems({"then": [STAMP, entry("multiplier", percent=200)]}) == (Problem("then", "multiplier_not_alone"),)


def test_all_problems_come_at_once() -> None:
    found = problems({"when": [entry("level"), entry("mood")], "then": [], "stacking": 1})

    assert [(problem.path, problem.code) for problem in found] == [
        ("when.0.minimum", "missing_parameter"),
        ("when.1.kind", "kind_unknown"),
        ("then", "effect_missing"),
        ("stacking", "unknown_choice"),
    ]


def test_rules_of_a_group_that_stack_differently_are_named() -> None:
    rules = [
        make_rule(STAMP, key="a", stacking="best"),
        make_rule(STAMP, key="b", stacking="all"),
        make_rule(STAMP, key="c", stacking="all", group="other"),
        make_rule(STAMP, key="d", stacking="all", program="points"),
    ]

    assert problems_together(rules) == (Problem("b", "stacking_mixed", {"group": "base"}),)


def test_multiplier_without_anything_to_multiply_is_named() -> None:
    double = make_rule(entry("multiplier", percent=200), key="double")

    assert problems_together([double]) == (Problem("double", "multiplier_without_base", {"group": "base"}),)
    assert problems_together([double, make_rule(STAMP, key="stamp")]) == ()


@given(any_rule)
def test_definition_of_a_rule_reads_back_to_an_equal_rule(rule: Rule) -> None:
    again = parse_rule(
        definition=rule.definition(),
        key=rule.key,
        version=rule.version,
        program=rule.program,
        name=rule.name,
        position=rule.position,
    )

    assert again == rule


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@st.composite
def broken_definitions(draw: st.DrawFn) -> Json:
    """Return a readable definition with one of its values, at any depth, replaced by arbitrary JSON."""
    definition = draw(any_definition)
    target: Json = definition
    while True:
        place = draw(st.sampled_from(sorted(target) if isinstance(target, dict) else range(len(target))))
        inner = target[place]
        if not isinstance(inner, dict | list) or not inner or draw(st.booleans()):
            target[place] = draw(json_values)
            return definition
        target = inner


@given(json_values | broken_definitions() | any_definition)
def test_arbitrary_json_is_read_or_refused_and_nothing_else(definition: Json) -> None:
    try:
        rule = parse(cast("dict[str, object]", definition))
    except InvalidRule as refused:
        assert refused.problems
        assert str(refused)
    else:
        assert rule.effects
