"""Undo: within the window by anybody, later by a manager; once; never below what is left."""

from datetime import timedelta

import pytest

from members.models import Card, Merchant, Staff
from rewards.domain.undo import BookingUnknown, undo
from rewards.models import Account, Transfer
from tests.factories import NOW
from tests.rewards.programs import a_reward, balance, book, spend, stamp_program, take_back


def test_undo_within_two_minutes_takes_the_stamp_back(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    outcome = book(card)
    assert take_back(outcome, merchant, at=NOW + timedelta(seconds=119)).status == "posted"
    assert balance(card, program) == 0
    rows = list(Transfer.objects.for_merchant(merchant).order_by("pk"))
    assert [(t.reason, t.reverses_id) for t in rows] == [("earn", None), ("undo", rows[0].pk)]
    assert Account.objects.for_merchant(merchant).get(card=card).earn_count == 0


def test_undo_after_two_minutes_needs_a_manager(merchant: Merchant, card: Card, manager: Staff) -> None:
    program = stamp_program(merchant)
    outcome = book(card)
    late = NOW + timedelta(minutes=3)
    refused = take_back(outcome, merchant, at=late)
    assert (refused.status, refused.reasons[0].code) == ("refused", "too_late")
    assert balance(card, program) == 1
    assert take_back(outcome, merchant, at=late, manager=manager).status == "posted"
    assert balance(card, program) == 0


def test_undo_twice_takes_back_once(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    book(card)
    outcome = book(card)
    take_back(outcome, merchant)
    again = take_back(outcome, merchant)
    assert (again.status, again.reasons[0].code) == ("refused", "already_undone")
    assert balance(card, program) == 1


def test_undo_of_what_was_spent_is_refused_until_the_redemption_is_undone(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10)
    earned = book(card)
    redeemed = spend(card, a_reward(program))
    refused = take_back(earned, merchant)
    assert (refused.status, refused.reasons[0].code) == ("refused", "spent_meanwhile")
    take_back(redeemed, merchant)
    assert take_back(earned, merchant).status == "posted"
    assert balance(card, program) == 0


def test_undo_of_a_refusal_has_nothing_to_undo(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    refused = spend(card, a_reward(program))
    assert take_back(refused, merchant).reasons[0].code == "nothing_to_undo"


def test_booking_of_another_merchant_can_not_be_undone(
    merchant: Merchant, other_merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    outcome = book(card)
    with pytest.raises(BookingUnknown):
        undo(
            merchant=other_merchant, booking=outcome.booking, till=None, staff=None, request_id="r", at=NOW,
            window_seconds=120,
        )  # fmt: skip
    assert balance(card, program) == 1
