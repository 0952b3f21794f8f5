"""Earning: one request one booking, remainders kept, refusals recorded, nothing for strangers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fraud.models import Assessment, Limit, LimitCounter
from members.audit import Actor
from members.card_numbers import UnreadableCode
from members.domain.cards import CardUnknown, block_card
from members.domain.merchants import touch_rules
from members.models import Card, Merchant, Staff, Till
from rewards.domain.earn import InvalidSale, Sale, earn
from rewards.domain.requests import RequestConflict
from rewards.models import Booking, Lot, Transfer
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import balance, book, points_program, request_id, stamp_program, take_back


def time_lock(merchant: Merchant, *, seconds: int = 1800) -> Limit:
    """Add a time lock for each card."""
    limit = Limit.objects.create(merchant=merchant, kind="interval", subject="card", seconds=seconds)
    touch_rules(merchant=merchant)
    return limit


def daily(merchant: Merchant, *, subject: str, maximum: int, kind: str = "units") -> Limit:
    """Add a daily cap."""
    limit = Limit.objects.create(merchant=merchant, kind=kind, subject=subject, maximum=maximum)
    touch_rules(merchant=merchant)
    return limit


def test_scan_books_one_stamp_with_till_and_staff(merchant: Merchant, card: Card, till: Till, cashier: Staff) -> None:
    program = stamp_program(merchant)
    outcome = book(card, till=till, staff=cashier)
    assert (outcome.status, [(g.unit_name, g.amount) for g in outcome.grants]) == ("posted", [("Stempel", 1)])
    assert balance(card, program) == 1
    booking = Booking.objects.for_merchant(merchant).get()
    assert (booking.till, booking.staff, booking.store) == (till, cashier, till.store)
    transfer = Transfer.objects.for_merchant(merchant).get()
    assert (transfer.amount, transfer.debit.kind, transfer.credit.card_id) == (1, "issue", card.pk)
    assert booking.assessment is not None
    assert booking.assessment.decision == "allow"


def test_same_request_twice_books_once_and_answers_the_first_outcome(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    first = book(card, cents=1240, request="r-1")
    again = book(card, cents=1240, request="r-1", at=NOW + timedelta(days=3))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.as_replay() == first.as_replay()
    assert balance(card, program) == 12


def test_replay_of_an_old_sale_answers_the_first_outcome(merchant: Merchant, card: Card) -> None:
    """A till that was offline for long retries: the sale is too old for a new booking, not for its answer."""
    stamp_program(merchant)
    sale = Sale(occurred_at=NOW - timedelta(days=6))
    answers = [
        earn(
            merchant=merchant, card_token=card.number, sale=sale, till=None, staff=None, request_id="old", at=at
        ).booking
        for at in (NOW, NOW + timedelta(days=30))
    ]
    assert answers[0] == answers[1]


def test_same_request_other_content_is_refused_and_changes_nothing(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    book(card, cents=1240, request="r-1")
    with pytest.raises(RequestConflict):
        book(card, cents=9900, request="r-1")
    assert balance(card, program) == 12
    assert Booking.objects.for_merchant(merchant).count() == 1


def test_remainder_is_carried_to_the_next_visit(merchant: Merchant, card: Card) -> None:
    """30 euro today and 20 tomorrow earn one unit at one per 50, not none."""
    program = points_program(merchant, per_cents=5000)
    assert book(card, cents=3000).status == "posted"
    assert balance(card, program) == 0
    assert book(card, cents=2000).status == "posted"
    assert balance(card, program) == 1


def test_undo_gives_the_remainder_back_in_any_order(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant, per_cents=5000)
    first = book(card, cents=3000)
    book(card, cents=2000)
    assert take_back(first, merchant).status == "posted"
    assert balance(card, program) == 1  # the unit stands; the account owes 30 euro of sales
    book(card, cents=3000)
    assert balance(card, program) == 1
    book(card, cents=5000)
    assert balance(card, program) == 2


def test_time_lock_refuses_the_second_scan_and_keeps_the_reason(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    time_lock(merchant)
    book(card)
    refused = book(card, at=NOW + timedelta(minutes=4))
    assert (refused.status, [r.code for r in refused.reasons]) == ("refused", ["time_lock"])
    assert refused.reasons[0].params["minutes_ago"] == 4
    assert balance(card, program) == 1
    kept = Assessment.objects.for_merchant(merchant).get(decision="refuse")
    assert kept.reasons[0]["code"] == "time_lock"
    assert book(card, at=NOW + timedelta(minutes=30)).status == "posted"
    assert balance(card, program) == 2


def test_undo_lifts_the_time_lock_for_the_right_scan(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    time_lock(merchant)
    wrong = book(card)
    take_back(wrong, merchant, at=NOW + timedelta(seconds=30))
    assert book(card, at=NOW + timedelta(seconds=40)).status == "posted"


@pytest.mark.parametrize("subject", ["card", "staff", "till", "store"])
def test_daily_limit_stops_exactly_at_its_maximum(
    merchant: Merchant, card: Card, till: Till, cashier: Staff, subject: str
) -> None:
    program = stamp_program(merchant, stamps=2)
    daily(merchant, subject=subject, maximum=5)
    outcomes = [book(card, till=till, staff=cashier).status for _ in range(4)]
    assert outcomes == ["posted", "posted", "refused", "refused"]
    assert balance(card, program) == 4
    assert LimitCounter.objects.for_merchant(merchant).get().used == 4


def test_daily_limit_starts_anew_on_the_merchants_next_day(merchant: Merchant, card: Card) -> None:
    """23:30 and 0:30 in Berlin are two days, though one in UTC."""
    stamp_program(merchant)
    daily(merchant, subject="card", maximum=1)
    late = NOW.replace(hour=22, minute=30)
    assert book(card, at=late).status == "posted"
    assert book(card, at=late + timedelta(minutes=10)).status == "refused"
    assert book(card, at=late + timedelta(hours=1)).status == "posted"


def test_one_refusing_limit_gives_back_what_the_others_took(merchant: Merchant, card: Card, till: Till) -> None:
    stamp_program(merchant)
    daily(merchant, subject="card", maximum=10)
    daily(merchant, subject="till", maximum=1)
    book(card, till=till)
    book(card, till=till)
    used = dict(LimitCounter.objects.for_merchant(merchant).values_list("limit__subject", "used"))
    assert used == {"card": 1, "till": 1}


def test_own_card_is_refused_and_recorded(merchant: Merchant, card: Card, till: Till, cashier: Staff) -> None:
    program = stamp_program(merchant)
    cashier.own_card = card
    cashier.save()
    outcome = book(card, till=till, staff=cashier)
    assert (outcome.status, [r.code for r in outcome.reasons]) == ("refused", ["own_card"])
    assert balance(card, program) == 0


def test_blocked_card_earns_nothing_and_says_so(merchant: Merchant, card: Card, cashier: Staff) -> None:
    program = stamp_program(merchant)
    block_card(card=card, actor=Actor.of_staff(cashier), reason="verloren", at=NOW)
    outcome = book(card)
    assert (outcome.status, [r.code for r in outcome.reasons]) == ("refused", ["card_blocked"])
    assert balance(card, program) == 0


def test_no_matching_rule_is_a_recorded_refusal_with_every_rule_explained(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    outcome = book(card, cents=None)
    assert (outcome.status, [r.code for r in outcome.reasons]) == ("refused", ["no_rule_granted"])
    stored = Booking.objects.for_merchant(merchant).get().result["verdicts"]
    assert [(v["name"], v["granted"]) for v in stored] == [("je Betrag", 0)]


def test_card_of_another_merchant_is_unknown_and_leaves_no_trace(merchant: Merchant, other_merchant: Merchant) -> None:
    stamp_program(merchant)
    foreign = factories.make_card(merchant=other_merchant)
    with pytest.raises(CardUnknown):
        earn(
            merchant=merchant, card_token=foreign.number, sale=Sale(), till=None, staff=None,
            request_id=request_id(), at=NOW,
        )  # fmt: skip
    assert not Booking.objects.for_merchant(merchant).exists()
    assert not Booking.objects.for_merchant(other_merchant).exists()


@pytest.mark.parametrize(
    "text", ["", "   ", "kein Code", "\U0001f600" * 50, "\u202e4DJJ W4FW A05X", "9" * 10_000, "\x00"]
)
def test_garbage_is_refused_and_writes_nothing(merchant: Merchant, text: str) -> None:
    stamp_program(merchant)
    with pytest.raises((UnreadableCode, CardUnknown)):
        earn(merchant=merchant, card_token=text, sale=Sale(), till=None, staff=None, request_id=request_id(), at=NOW)
    assert not Booking.objects.for_merchant(merchant).exists()


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        (Sale(amount_cents=-1), "amount_range"),
        (Sale(amount_cents=10_000_001), "amount_range"),
        (Sale(occurred_at=NOW - timedelta(days=8)), "too_old"),
        (Sale(occurred_at=NOW + timedelta(hours=1)), "in_future"),
    ],
)
def test_impossible_sale_is_refused_and_writes_nothing(merchant: Merchant, card: Card, sale: Sale, code: str) -> None:
    points_program(merchant)
    with pytest.raises(InvalidSale) as caught:
        earn(merchant=merchant, card_token=card.number, sale=sale, till=None, staff=None, request_id="r", at=NOW)
    assert caught.value.code == code
    assert not Booking.objects.for_merchant(merchant).exists()


def test_lot_expires_at_the_end_of_the_year(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant, expiry_months=12)
    book(card)
    lot = Lot.objects.for_merchant(merchant).get()
    assert lot.expires_at is not None
    assert lot.expires_at.isoformat() == "2027-12-31T23:00:00+00:00"  # 1 January 2028, 0:00 in Berlin


def test_award_needs_at_most_ten_statements(merchant: Merchant, card: Card, till: Till, cashier: Staff) -> None:
    stamp_program(merchant)
    time_lock(merchant, seconds=60)
    book(card, till=till, staff=cashier)
    fresh = Merchant.objects.get(pk=merchant.pk)
    with CaptureQueriesContext(connection) as statements:
        earn(
            merchant=fresh, card_token=card.number, sale=Sale(), till=till, staff=cashier, request_id="n",
            at=NOW + timedelta(minutes=5),
        )  # fmt: skip
    spoken = [s["sql"].split()[0] for s in statements if s["sql"].split()[0] in {"SELECT", "INSERT", "UPDATE"}]
    assert len(spoken) <= 10, spoken
