"""Returns: in proportion, in steps, once; never below zero, never twice, whatever became of the units meanwhile."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.audit import Actor
from members.domain.cards import block_card, issue_blank_cards
from members.models import Card, Merchant, Staff
from rewards.domain import ledger
from rewards.domain.expiry import expire_lots
from rewards.domain.move import replace_card
from rewards.domain.outcome import Outcome
from rewards.domain.pending import settle_held
from rewards.domain.programs import book_for, save_program
from rewards.domain.proof import prove
from rewards.domain.requests import Desk, Request, RequestConflict, record
from rewards.domain.returns import InvalidReturn, return_sale
from rewards.domain.undo import BookingUnknown
from rewards.engine.facts import Item
from rewards.models import (
    Account,
    AccountKind,
    Booking,
    BookingKind,
    Lot,
    Program,
    ProgramState,
    Transfer,
    TransferReason,
)
from rewards.wording.outcomes import outcome_sentence
from tests.factories import NOW, make_card, make_member, make_merchant
from tests.rewards.programs import (
    a_reward,
    balance,
    book,
    points_program,
    request_id,
    spend,
    stamp_program,
    take_back,
)


def bring_back(
    sale: Outcome,
    merchant: Merchant,
    cents: int | None = None,
    *,
    at: datetime = NOW,
    request: str | None = None,
    items: Sequence[Item] = (),
) -> Outcome:
    """Return a sale, or a part of it."""
    return return_sale(
        merchant=Merchant.objects.get(pk=merchant.pk),
        booking=sale.booking,
        amount_cents=cents,
        till=None,
        staff=None,
        request_id=request or request_id(),
        at=at,
        channel="till",
        items=items,
    )


def taken(outcome: Outcome) -> list[int]:
    """Return the units that a return took, program by program."""
    return [-grant.amount for grant in outcome.grants]


def carry(card: Card) -> int:
    """Return the remainder on the card's available account in cents; 0 without one."""
    account = Account.objects.for_merchant(card.merchant_id).filter(card=card, kind="available").first()
    return sum(account.carry.values()) if account else 0


def test_whole_return_takes_back_units_remainder_and_visit(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    book(card, cents=30)
    sale = book(card, cents=1_290)
    assert (balance(card, program), carry(card)) == (13, 20)
    outcome = bring_back(sale, merchant)
    assert (outcome.status, taken(outcome)) == ("posted", [13])
    assert outcome.details == {
        "returned": sale.booking, "missing": 0, "returned_cents": 1_290, "total_cents": 1_290,
    }  # fmt: skip
    assert (balance(card, program), carry(card)) == (0, 30)
    assert outcome.balances[0].available == 0
    assert Account.objects.for_merchant(merchant).get(card=card).earn_count == 1
    row = Transfer.objects.for_merchant(merchant).get(reason="return")
    assert (row.amount, row.credit.kind, row.reverses_id) == (13, "issue", None)
    booking = Booking.objects.for_merchant(merchant).get(public_id=outcome.booking)
    assert (booking.kind, booking.amount_cents, booking.reverses_id, booking.channel) == ("return", 1_290, None, "till")
    assert prove(merchant=merchant) == ()


def test_partial_returns_round_down_and_the_last_one_catches_up(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    assert [taken(bring_back(sale, merchant, cents)) for cents in (333, 333, 334)] == [[3], [3], [4]]
    assert balance(card, program) == 0


def test_small_part_that_takes_nothing_is_booked_all_the_same(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    outcome = bring_back(sale, merchant, 99)
    assert (outcome.status, outcome.grants, outcome.details["returned_cents"]) == ("posted", (), 99)
    assert taken(bring_back(sale, merchant, 1)) == [1]
    assert balance(card, program) == 9


def test_partial_return_takes_its_share_of_the_remainder(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    sale = book(card, cents=250)
    assert carry(card) == 50
    bring_back(sale, merchant, 100)
    assert carry(card) == 30
    bring_back(sale, merchant, 150)
    assert carry(card) == 0


def test_returns_are_capped_at_the_sale(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    bring_back(sale, merchant, 600)
    refused = bring_back(sale, merchant, 401)
    assert (refused.status, refused.reasons[0].code) == ("refused", "return_exceeds")
    assert refused.reasons[0].params == {"amount_cents": 401, "left_cents": 400, "total_cents": 1_000}
    assert balance(card, program) == 4
    assert taken(bring_back(sale, merchant)) == [4]
    again = bring_back(sale, merchant)
    assert (again.status, again.reasons[0].code) == ("refused", "already_returned")
    assert Booking.objects.for_merchant(merchant).filter(kind="return", outcome="refused").count() == 2


def test_sale_without_a_sum_is_returned_as_a_whole_and_once(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=2)
    sale = book(card)
    assert bring_back(sale, merchant, 100).reasons[0].code == "return_amount_unknown"
    assert balance(card, program) == 2
    assert taken(bring_back(sale, merchant)) == [2]
    assert bring_back(sale, merchant).reasons[0].code == "already_returned"
    assert balance(card, program) == 0


def test_items_are_returned_by_their_sum(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    items = [Item("bread", "bakery", 1, 450), Item("discount", "", 1, -50)]
    outcome = bring_back(sale, merchant, items=items)
    assert taken(outcome) == [4]
    assert outcome.details["returned_cents"] == 400
    assert balance(card, program) == 6
    stored = Booking.objects.for_merchant(merchant).get(public_id=outcome.booking)
    assert [item["sku"] for item in stored.items] == ["bread", "discount"]


@pytest.mark.parametrize(("cents", "items"), [(0, ()), (-5, ()), (None, (Item("voucher", "", 1, -50),))])
def test_return_of_nothing_is_no_return(
    merchant: Merchant, card: Card, cents: int | None, items: Sequence[Item]
) -> None:
    points_program(merchant)
    sale = book(card, cents=1_000)
    with pytest.raises(InvalidReturn):
        bring_back(sale, merchant, cents, items=items)
    assert not Booking.objects.for_merchant(merchant).filter(kind="return").exists()


def test_spent_units_are_reported_missing_and_the_balance_stays_at_zero(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    spend(card, a_reward(program, price=7))
    outcome = bring_back(sale, merchant)
    assert (taken(outcome), outcome.details["missing"]) == ([3], 7)
    assert outcome.grants[0].why.params["missing_units"] == 7
    assert balance(card, program) == 0
    assert prove(merchant=merchant) == ()


def test_missing_units_are_waived_and_not_collected_by_a_later_part(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    spend(card, a_reward(program, price=10))
    assert bring_back(sale, merchant, 900).details["missing"] == 9
    book(card, cents=5_000)
    assert taken(bring_back(sale, merchant, 100)) == [1]
    assert balance(card, program) == 49


def test_return_drains_the_lots_of_its_sale_before_those_that_expire_sooner(merchant: Merchant, card: Card) -> None:
    points_program(merchant, expiry_months=12)
    book(card, cents=500, at=NOW - timedelta(days=400))
    sale = book(card, cents=500)
    bring_back(sale, merchant)
    assert list(Lot.objects.for_merchant(merchant).order_by("pk").values_list("remaining", flat=True)) == [5, 0]


def test_return_takes_what_its_sale_lacks_from_the_lots_that_expire_soonest(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant, expiry_months=12)
    sale = book(card, cents=500, at=NOW - timedelta(days=300))
    spend(card, a_reward(program, price=3))
    late, soon = book(card, cents=400, at=NOW), book(card, cents=400, at=NOW - timedelta(days=360))
    assert taken(bring_back(sale, merchant)) == [5]
    left = dict(Lot.objects.for_merchant(merchant).values_list("transfer__booking__public_id", "remaining"))
    assert {str(key): units for key, units in left.items()} == {sale.booking: 0, late.booking: 4, soon.booking: 1}


def test_expired_units_are_not_taken_a_second_time(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant, expiry_months=1)
    sale = book(card, cents=1_000, at=NOW - timedelta(days=500))
    expire_lots(merchant=merchant, at=NOW)
    book(card, cents=2_000)
    outcome = bring_back(sale, merchant)
    assert (outcome.status, taken(outcome), outcome.details["missing"]) == ("posted", [0], 0)
    assert outcome.grants[0].why.params["expired_units"] == 10
    assert balance(card, program) == 20


def test_return_after_the_card_was_replaced_takes_from_the_new_card(
    merchant: Merchant, card: Card, manager: Staff
) -> None:
    program = points_program(merchant, expiry_months=12)
    sale = book(card, cents=1_050)
    older = book(card, cents=300, at=NOW - timedelta(days=360))
    new = issue_blank_cards(merchant=merchant, count=1, at=NOW)[0]
    replace_card(
        merchant=merchant, old=card, new=new, till=None, staff=manager, request_id=request_id(), at=NOW, reason="lost"
    )
    outcome = bring_back(sale, merchant, 525)
    assert (outcome.card_number, taken(outcome)) == (new.number, [5])
    assert balance(new, program) == 8
    remaining = Lot.objects.for_merchant(merchant).filter(account__card=new).order_by("expires_at")
    assert list(remaining.values_list("remaining", flat=True)) == [3, 5]
    assert taken(bring_back(sale, merchant)) == [5]
    assert (balance(new, program), carry(new)) == (3, 0)
    assert taken(bring_back(older, merchant)) == [3]
    assert prove(merchant=merchant) == ()


def test_return_on_a_blocked_card_is_booked(merchant: Merchant, card: Card, manager: Staff) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    block_card(card=card, actor=Actor.of_staff(manager), reason="lost", at=NOW)
    assert taken(bring_back(sale, merchant)) == [10]
    assert balance(card, program) == 0


def test_return_after_the_program_ended_is_booked(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    program.refresh_from_db()
    program.state = ProgramState.ENDED
    save_program(program=program)
    outcome = bring_back(sale, merchant)
    assert (taken(outcome), outcome.balances, outcome.grants[0].program_name) == ([10], (), "Punkte")
    assert balance(card, program) == 0


def test_sale_in_two_programs_gives_back_in_both(merchant: Merchant, card: Card) -> None:
    points, stamps = points_program(merchant), stamp_program(merchant, stamps=3)
    sale = book(card, cents=1_000)
    assert taken(bring_back(sale, merchant, 500)) == [5, 1]
    assert taken(bring_back(sale, merchant)) == [5, 2]
    assert (balance(card, points), balance(card, stamps)) == (0, 0)


def test_undone_sale_can_not_be_returned(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    book(card, cents=1_000)
    take_back(sale, merchant)
    assert bring_back(sale, merchant).reasons[0].code == "already_undone"
    assert balance(card, program) == 10


def test_returned_sale_can_not_be_undone(merchant: Merchant, card: Card, manager: Staff) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    bring_back(sale, merchant, 100)
    refused = take_back(sale, merchant, manager=manager)
    assert (refused.status, refused.reasons[0].code) == ("refused", "returned_meanwhile")
    assert balance(card, program) == 9


def test_refused_return_does_not_keep_a_sale_from_being_undone(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    sale = book(card, cents=1_000)
    assert bring_back(sale, merchant, 1_001).status == "refused"
    assert take_back(sale, merchant).status == "posted"


def test_refused_sale_has_nothing_to_return(merchant: Merchant, card: Card) -> None:
    refused = book(card, cents=1_000)
    assert refused.status == "refused"
    assert bring_back(refused, merchant).reasons[0].code == "nothing_to_return"


def test_only_earns_can_be_returned(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    book(card, cents=1_000)
    redeemed = spend(card, a_reward(program))
    with pytest.raises(BookingUnknown):
        bring_back(redeemed, merchant)


def test_sale_of_another_merchant_is_unknown(merchant: Merchant, other_merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    with pytest.raises(BookingUnknown):
        bring_back(sale, other_merchant)
    assert balance(card, program) == 10
    assert not Booking.objects.for_merchant(other_merchant).exists()


def test_same_request_is_answered_again_and_books_once(merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    sale = book(card, cents=1_000)
    first = bring_back(sale, merchant, 500, request="r-1")
    again = bring_back(sale, merchant, 500, request="r-1")
    assert (again.replayed, again.booking, again.grants) == (True, first.booking, first.grants)
    assert balance(card, program) == 5
    with pytest.raises(RequestConflict):
        bring_back(sale, merchant, 501, request="r-1")


def hold(card: Card, program: Program, units: list[int], cents: int) -> Outcome:
    """Book a sale as held, as an assessment that holds would; the rules' part is left out."""
    merchant = Merchant.objects.get(pk=card.merchant_id)
    live = book_for(merchant).program(program.pk)
    assert live is not None
    locked = ledger.lock(merchant=merchant, cards=[card])
    ledger.open_accounts(
        merchant=merchant, card=card, units={program.pk: program.unit}, locked=locked, kind=AccountKind.PENDING
    )
    outcome = Outcome(booking=str(uuid.uuid4()), kind="earn", status="held", card_number=card.number)
    request = Request(merchant, BookingKind.EARN, request_id(), "x", Desk(None, None), NOW, NOW)
    account = locked.of(program.pk, AccountKind.PENDING)
    assert account is not None
    movements = [
        ledger.Movement(live.system["issue"], account.pk, amount, TransferReason.HOLD, program.unit) for amount in units
    ]
    row = record(request=request, card=card, outcome=outcome, amount_cents=cents)
    ledger.post(booking=row, movements=movements, locked=locked)
    return outcome


def test_held_units_are_taken_while_they_wait_and_only_the_rest_is_released(
    merchant: Merchant, card: Card, manager: Staff
) -> None:
    program = points_program(merchant)
    sale = hold(card, program, [4, 6], 1_000)
    assert taken(bring_back(sale, merchant, 700)) == [7]
    assert balance(card, program, AccountKind.PENDING) == 3
    settle_held(
        merchant=merchant, booking=sale.booking, release=True, staff=manager, request_id=request_id(), at=NOW
    )  # fmt: skip
    assert (balance(card, program, AccountKind.PENDING), balance(card, program)) == (0, 3)
    assert taken(bring_back(sale, merchant)) == [3]
    assert balance(card, program) == 0
    assert prove(merchant=merchant) == ()


def test_held_sale_that_was_returned_and_then_rejected_leaves_nothing(
    merchant: Merchant, card: Card, manager: Staff
) -> None:
    program = points_program(merchant)
    sale = hold(card, program, [4, 6], 1_000)
    bring_back(sale, merchant, 500)
    settle_held(
        merchant=merchant, booking=sale.booking, release=False, staff=manager, request_id=request_id(), at=NOW
    )  # fmt: skip
    assert (balance(card, program, AccountKind.PENDING), balance(card, program)) == (0, 0)
    assert bring_back(sale, merchant).reasons[0].code == "already_undone"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.integers(1, 2_000), min_size=1, max_size=6),
    per_cents=st.integers(1, 700),
    before=st.integers(0, 900),
)
def test_any_partial_returns_that_make_up_the_whole_take_exactly_what_was_granted(
    db: None, parts: list[int], per_cents: int, before: int
) -> None:
    merchant = make_merchant()
    card = make_card(make_member(merchant))
    program = points_program(merchant, per_cents=per_cents)
    book(card, cents=before)
    start = (balance(card, program), carry(card))
    sale = book(card, cents=sum(parts))
    granted = balance(card, program) - start[0]
    returned = []
    for part in parts:
        returned += taken(bring_back(sale, merchant, part))
        assert balance(card, program) >= start[0]
    assert sum(returned) == granted
    assert (balance(card, program), carry(card)) == start
    assert prove(merchant=merchant) == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(1, 2_000), min_size=1, max_size=6), spent=st.integers(1, 120))
def test_returns_after_spending_take_or_report_every_unit_and_never_go_below_zero(
    db: None, parts: list[int], spent: int
) -> None:
    merchant = make_merchant()
    card = make_card(make_member(merchant))
    program = points_program(merchant)
    sale = book(card, cents=sum(parts))
    granted = balance(card, program)
    spend(card, a_reward(program, price=spent))
    there = balance(card, program)
    outcomes = [bring_back(sale, merchant, part) for part in parts]
    took = sum(sum(taken(outcome)) for outcome in outcomes)
    assert took + sum(int(outcome.details["missing"]) for outcome in outcomes) == granted
    assert balance(card, program) == there - took == max(0, there - granted)
    assert prove(merchant=merchant) == ()


def test_every_reason_of_returns_has_a_sentence_in_both_languages(merchant: Merchant, card: Card) -> None:
    from zoneinfo import ZoneInfo

    points_program(merchant)
    sale = book(card, cents=1_000)
    reasons = [
        *bring_back(sale, merchant, 2_000).reasons,
        bring_back(sale, merchant, 500).grants[0].why,
        *take_back(sale, merchant).reasons,
    ]
    zone = ZoneInfo("Europe/Berlin")
    english = [outcome_sentence(reason, language="en", zone=zone) for reason in reasons]
    assert english == [
        "Only €10.00 of this sale are left to be returned, not €20.00. Nothing was booked.",
        "Taken back: 5 of 10 that were booked for this sale.",
        "Something of this sale was returned meanwhile. Please book what is left as a return, too.",
    ]
    german = [outcome_sentence(reason, language="de", zone=zone) for reason in reasons]
    assert "10,00" in german[0]
