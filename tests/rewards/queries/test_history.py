"""Looking back on bookings: the merchant's own, one query each, with what was taken back since."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fraud.decision import Decision, Verdict
from fraud.domain.assess import assess
from fraud.facts import EventFacts
from members.models import Card, Merchant, Staff, Till
from rewards.domain.pending import settle_held
from rewards.domain.redeem import hand_over
from rewards.queries.history import (
    TillSums,
    booking_by_id,
    booking_of_request,
    bookings_of_card,
    expiring_units,
    open_redemptions,
    recent_at_till,
    sums_at_till,
    units_at_till,
)
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import a_reward, book, points_program, spend, stamp_program, take_back

LATER = NOW + timedelta(seconds=30)


def test_recent_at_till_lists_what_moved_units_there_latest_first(
    merchant: Merchant, card: Card, till: Till, manager: Staff
) -> None:
    stamp_program(merchant)
    other_till = factories.make_till(till.store)
    first = book(card, at=NOW, till=till)
    second = book(card, at=LATER, till=till)
    book(card, at=LATER, till=other_till)
    book(card, at=NOW - timedelta(days=1), till=till)
    take_back(first, merchant, at=LATER, manager=manager)
    found = recent_at_till(merchant=merchant, till=till, since=NOW)
    assert [(str(past.booking.public_id), past.undone) for past in found] == [
        (second.booking, False),
        (first.booking, True),
    ]
    assert found[0].outcome == second
    assert recent_at_till(merchant=merchant, till=till, since=NOW, limit=1)[0].outcome == second


@pytest.mark.parametrize("rows", [1, 3])
def test_recent_at_till_reads_members_tills_and_rewards_in_one_query(
    merchant: Merchant, till: Till, cashier: Staff, rows: int
) -> None:
    reward = a_reward(stamp_program(merchant, stamps=10), price=1)
    for _ in range(rows):
        card = factories.make_card(factories.make_member(merchant))
        book(card, till=till, staff=cashier)
        spend(card, reward, till=till, staff=cashier)
    with CaptureQueriesContext(connection) as statements:
        for past in recent_at_till(merchant=merchant, till=till, since=NOW, limit=10):
            assert past.booking.card.member
            assert past.booking.staff == cashier
            assert past.booking.till
            assert past.booking.till.store.name
            assert past.redemption is None or past.redemption.reward.program.name
    assert len(statements) == 1


def test_seconds_to_undo_run_down_to_nothing(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    past = booking_by_id(merchant=merchant, public_id=UUID(book(card).booking))
    assert past is not None
    left = [past.seconds_to_undo(at=NOW + timedelta(seconds=s), window_seconds=120) for s in (0, 1, 119, 120, 500)]
    assert left == [120, 119, 1, 0, 0]


def test_refused_or_reversed_booking_cant_be_undone(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    refused = book(card)
    posted = book(card, cents=500)
    take_back(posted, merchant)
    found = [booking_by_id(merchant=merchant, public_id=UUID(each.booking)) for each in (refused, posted)]
    assert [(past.can_be_undone, past.seconds_to_undo(at=NOW, window_seconds=120)) for past in found if past] == [
        (False, 0),
        (False, 0),
    ]


@pytest.mark.parametrize(("release", "state"), [(None, "pending"), (True, "released"), (False, "undone")])
def test_held_booking_is_pending_until_it_is_released_or_taken_back(
    merchant: Merchant, card: Card, till: Till, monkeypatch: pytest.MonkeyPatch, release: bool | None, state: str
) -> None:
    def hold(*, merchant: Merchant, facts: EventFacts) -> Decision:
        return Decision(Verdict.HOLD, (), assess(merchant=merchant, facts=facts).assessment_id)

    monkeypatch.setattr("rewards.domain.earn.assess", hold)
    program = stamp_program(merchant)
    held = book(card, till=till)
    if release is not None:
        settle_held(merchant=merchant, booking=held.booking, release=release, staff=None, request_id="s-1", at=NOW)
    past = booking_by_id(merchant=merchant, public_id=UUID(held.booking))
    assert past is not None
    states = {"pending": past.is_pending, "released": past.released, "undone": past.undone}
    assert [name for name, holds in states.items() if holds] == [state]
    assert past.can_be_undone == (release is None)
    granted = {} if state == "undone" else {program.pk: 1}
    assert units_at_till(merchant=merchant, till=till, since=NOW) == granted


def test_booking_of_another_merchant_is_none(merchant: Merchant, other_merchant: Merchant) -> None:
    stamp_program(other_merchant)
    theirs = book(factories.make_card(factories.make_member(other_merchant)), request="r-1")
    assert booking_by_id(merchant=other_merchant, public_id=UUID(theirs.booking)) is not None
    assert booking_by_id(merchant=merchant, public_id=UUID(theirs.booking)) is None
    assert booking_of_request(merchant=other_merchant, request_id="r-1") is not None
    assert booking_of_request(merchant=merchant, request_id="r-1") is None


def test_bookings_of_card_keep_refusals_and_stay_with_the_card(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    refused = book(card)
    posted = book(card, cents=500, at=LATER)
    book(factories.make_card(merchant=merchant), cents=500)
    found = bookings_of_card(merchant=merchant, card=card)
    assert [past.outcome for past in found] == [posted, refused]


def test_sums_and_units_leave_out_what_was_taken_back_and_other_tills(
    merchant: Merchant, card: Card, till: Till, manager: Staff
) -> None:
    stamps, points = stamp_program(merchant, stamps=5), points_program(merchant)
    reward = a_reward(stamps, price=2)
    kept = book(card, cents=700, till=till)
    gone = book(card, cents=900, till=till)
    take_back(gone, merchant)
    spend(card, reward, till=till)
    book(card, cents=1000, till=factories.make_till(till.store))
    book(card, cents=1000, till=till, at=NOW - timedelta(hours=1))
    assert sums_at_till(merchant=merchant, till=till, since=NOW) == TillSums(earned=1, redeemed=1, undone=1)
    assert units_at_till(merchant=merchant, till=till, since=NOW) == {stamps.pk: 5, points.pk: 7}
    assert (kept.status, manager.merchant_id) == ("posted", merchant.pk)


def test_sums_of_a_till_without_bookings_are_nothing(merchant: Merchant, till: Till) -> None:
    assert sums_at_till(merchant=merchant, till=till, since=NOW) == TillSums()
    assert units_at_till(merchant=merchant, till=till, since=NOW) == {}


def test_open_redemptions_are_those_reserved_there_and_not_settled(merchant: Merchant, card: Card, till: Till) -> None:
    reward = a_reward(stamp_program(merchant, stamps=20), price=2)
    book(card)
    kept, handed, undone = (spend(card, reward, till=till) for _ in range(3))
    spend(card, reward, till=factories.make_till(till.store))
    hand_over(merchant=merchant, redemption=str(handed.details["redemption"]), staff=None, at=NOW)
    take_back(undone, merchant)
    found = open_redemptions(merchant=merchant, till=till, since=NOW)
    assert [str(redemption.public_id) for redemption in found] == [kept.details["redemption"]]
    assert open_redemptions(merchant=merchant, till=till, since=LATER) == []


def test_expiring_units_are_summed_for_each_program_with_the_first_end(merchant: Merchant, card: Card) -> None:
    soon = stamp_program(merchant, stamps=3, expiry_months=1, expiry_rounding="month")
    points_program(merchant)
    book(card, cents=500)
    book(card, cents=500, at=LATER)
    far, near = NOW + timedelta(days=90), NOW + timedelta(days=10)
    found = expiring_units(merchant=merchant, card=card, at=NOW, until=far)
    assert {program: expiring.units for program, expiring in found.items()} == {soon.pk: 6}
    assert NOW < found[soon.pk].first_at < far
    assert expiring_units(merchant=merchant, card=card, at=NOW, until=near) == {}
