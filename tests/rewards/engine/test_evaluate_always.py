"""What must hold for any rules and any facts: order, whole numbers, explanations, undo, storage."""

import json
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rewards.engine.conditions import AtLevel, NthVisit
from rewards.engine.evaluate import Evaluation, evaluate
from rewards.engine.facts import SaleFacts
from rewards.engine.rules import Rule, Stacking
from rewards.engine.vocabulary import REASONS
from tests.rewards.engine.definitions import any_facts, any_rule, entry, make_facts, make_rule


def granted(evaluation: Evaluation) -> dict[str, int]:
    return {verdict.rule_key: verdict.granted for verdict in evaluation.verdicts}


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    """Return up to six rules with keys rule0 to rule5, to which the carries of `any_facts` belong."""
    rules = draw(st.lists(any_rule, max_size=6))
    return [replace(rule, key=f"rule{index}") for index, rule in enumerate(rules)]


@given(rule_sets(), any_facts, st.randoms(use_true_random=False))
def test_result_does_not_depend_on_the_order_of_the_rules(rules: list[Rule], facts: SaleFacts, chance: Random) -> None:
    shuffled = sorted(rules, key=lambda _: chance.random())

    assert evaluate(rules=shuffled, facts=facts) == evaluate(rules=rules, facts=facts)
    assert evaluate(rules=shuffled, facts=facts).to_json() == evaluate(rules=rules, facts=facts).to_json()


@given(rule_sets(), any_facts)
def test_result_is_whole_positive_and_consistent(rules: list[Rule], facts: SaleFacts) -> None:
    evaluation = evaluate(rules=rules, facts=facts)

    for grant in evaluation.grants:
        assert type(grant.amount) is int
        assert grant.amount > 0
    for verdict in evaluation.verdicts:
        own = [grant.amount for grant in evaluation.grants if grant.rule_key == verdict.rule_key]
        assert verdict.granted == sum(own)
        assert not (verdict.stopped_by and own)
    assert all(type(delta) is int and delta for delta in evaluation.carries.values())
    for grant in evaluation.grants:
        assert grant.carry_delta in (0, evaluation.carries.get((grant.program, grant.rule_key), 0))
    assert {verdict.rule_key for verdict in evaluation.verdicts} == {rule.key for rule in rules}


@given(rule_sets(), any_facts)
def test_result_holds_no_float_and_survives_json(rules: list[Rule], facts: SaleFacts) -> None:
    evaluation = evaluate(rules=rules, facts=facts)

    def refuse(number: str) -> float:
        raise AssertionError(f"{number} is a float")

    stored = json.loads(json.dumps(evaluation.to_json()), parse_float=refuse)
    assert Evaluation.from_json(stored) == evaluation


@given(rule_sets(), any_facts)
def test_every_reason_is_in_the_vocabulary_with_its_parameters(rules: list[Rule], facts: SaleFacts) -> None:
    evaluation = evaluate(rules=rules, facts=facts)

    reasons = [grant.why for grant in evaluation.grants]
    reasons += [check.reason for verdict in evaluation.verdicts for check in verdict.checks]
    reasons += [verdict.stopped_by for verdict in evaluation.verdicts if verdict.stopped_by]
    for reason in reasons:
        assert set(reason.params) == set(REASONS[reason.code].parameters)


@given(rule_sets().filter(bool), any_facts, st.data())
def test_further_failing_condition_never_raises_the_sum(
    rules: list[Rule], facts: SaleFacts, data: st.DataObject
) -> None:
    """In groups where the first rule counts, a rule that drops out makes room for a higher one: not there."""
    rules = [
        replace(rule, stacking=Stacking.ALL if rule.stacking is Stacking.FIRST else rule.stacking) for rule in rules
    ]
    index = data.draw(st.integers(0, len(rules) - 1))
    facts = replace(facts, level=0, visits=0)
    failing = data.draw(st.sampled_from([AtLevel(1), NthVisit(2)]))
    narrowed = [*rules]
    narrowed[index] = replace(rules[index], conditions=(*rules[index].conditions, failing))

    before, after = evaluate(rules=rules, facts=facts), evaluate(rules=narrowed, facts=facts)

    assert granted(after)[rules[index].key] == 0
    for program in ("points", "stamps"):
        assert sum(grant.amount for grant in after.grants if grant.program == program) <= sum(
            grant.amount for grant in before.grants if grant.program == program
        )


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=8), st.integers(1, 10_000), st.data())
def test_any_sales_booked_and_some_undone_account_for_every_cent(
    amounts: list[int], per_cents: int, data: st.DataObject
) -> None:
    """Undo in any order, as the ledger does it: units back, carry delta back."""
    rule = make_rule(entry("per_amount", units=1, per_cents=per_cents, carry=True))
    carry = units = 0
    booked: list[tuple[int, int, int]] = []
    for amount in amounts:
        evaluation = evaluate(rules=[rule], facts=make_facts(amount, carry={"rule": carry}))
        won = sum(grant.amount for grant in evaluation.grants)
        delta = evaluation.carries.get(("stamps", "rule"), 0)
        carry, units = carry + delta, units + won
        booked.append((amount, won, delta))
        if data.draw(st.booleans()):
            _, won, delta = undone = data.draw(st.sampled_from(booked))
            booked.remove(undone)
            carry, units = carry - delta, units - won

    assert units * per_cents + carry == sum(amount for amount, _, _ in booked)
