"""Explanations: what was decided then, with names, in both languages, for one merchant only."""

from datetime import timedelta

import pytest

from members.models import Card, Merchant, Till
from rewards.domain.programs import end_rule, save_program, save_rule
from rewards.domain.undo import BookingUnknown
from rewards.models import ProgramState, Rule
from rewards.queries.explain import explain
from tests.factories import NOW
from tests.rewards.programs import a_reward, book, points_program, spend, stamp_program

BEFORE = NOW - timedelta(days=900)


def test_explanation_names_store_and_unit_in_both_languages(merchant: Merchant, card: Card, till: Till) -> None:
    program = stamp_program(merchant)
    definition = {
        "when": [{"kind": "store", "stores": [str(till.store.public_id)]}],
        "then": [{"kind": "fixed", "units": 2}],
    }
    save_rule(program=program, name="nur hier", definition=definition, at=BEFORE, position=1)
    found = explain(merchant=merchant, booking=book(card, till=till).booking)
    assert (found.status, found.occurred_at, [rule.name for rule in found.rules]) == (
        "posted", NOW, ["je Besuch", "nur hier"],
    )  # fmt: skip
    store, grant = found.rules[1].checks
    assert (store.held, store.reason.texts["en"]) == (True, f"The store fits: {till.store.name}.")
    assert grant.reason.texts["en"] == "2 Stempel for this visit."
    assert set(grant.reason.texts) == {"de", "en"}
    assert found.rules[1].granted == 2


def test_rule_that_was_stopped_names_the_one_that_went_before(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    definition = {"group": "g", "stacking": "best", "then": [{"kind": "fixed", "units": 1}]}
    save_rule(program=program, name="klein", definition=definition, at=BEFORE, position=1)
    definition = {"group": "g", "stacking": "best", "then": [{"kind": "fixed", "units": 9}]}
    save_rule(program=program, name="groß", definition=definition, at=BEFORE, position=2)
    rules = {rule.name: rule for rule in explain(merchant=merchant, booking=book(card, cents=1).booking).rules}
    stopped = rules["klein"].stopped_by
    assert stopped is not None
    assert "groß" in stopped.texts["en"]
    assert rules["groß"].stopped_by is None


def test_explanation_stays_when_the_rule_and_its_program_are_gone(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=500).booking
    before = explain(merchant=merchant, booking=sale)
    end_rule(rule=Rule.objects.for_merchant(merchant).get(), at=NOW)
    program.refresh_from_db()
    program.state = ProgramState.ENDED
    save_program(program=program)
    assert explain(merchant=merchant, booking=sale) == before


def test_refusal_is_explained_with_its_reason(merchant: Merchant, card: Card) -> None:
    found = explain(merchant=merchant, booking=book(card).booking)
    assert (found.status, found.rules) == ("refused", ())
    assert [reason.code for reason in found.reasons] == ["no_rule_granted"]


def test_only_earns_of_this_merchant_are_explained(merchant: Merchant, other_merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10)
    sale, redemption = book(card).booking, spend(card, a_reward(program)).booking
    assert explain(merchant=merchant, booking=sale).status == "posted"
    for stranger, booking in ((other_merchant, sale), (merchant, redemption)):
        with pytest.raises(BookingUnknown):
            explain(merchant=stranger, booking=booking)
