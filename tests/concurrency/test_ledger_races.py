"""What the ledger promises under parallel bookings, and what happens when the lock is off."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, models

from fraud.models import Limit
from members.domain.merchants import touch_rules
from members.models import Card, Merchant, Staff
from rewards.domain import ledger
from rewards.domain.expiry import expire_lots
from rewards.domain.ledger import Movement
from rewards.domain.move import replace_card
from rewards.domain.outcome import Outcome
from rewards.domain.proof import prove
from rewards.domain.requests import Desk, Request, once, record
from rewards.models import Account, AccountKind, Booking, BookingKind, Redemption, Transfer, TransferReason
from tests import factories
from tests.concurrency.parallel import at_once
from tests.factories import NOW
from tests.rewards.programs import a_reward, balance, book, request_id, spend, stamp_program, take_back

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without locking and linger, so that a race is certain to happen where it can."""

    def unlocked(rows: models.QuerySet[Account]) -> models.QuerySet[Account]:
        time.sleep(0.05)
        return rows

    monkeypatch.setattr(ledger, "for_update", unlocked)


def _redeem_20_times(merchant: Merchant) -> tuple[list[Outcome | Exception], Card, object]:
    program = stamp_program(merchant, stamps=50)
    reward = a_reward(program, price=10)
    card = factories.make_card(merchant=merchant)
    book(card)

    def one() -> Outcome:
        return spend(card, reward)

    return at_once([one] * 20), card, program


def test_20_parallel_redemptions_of_10_from_50_accept_exactly_5(merchant: Merchant) -> None:
    results, card, program = _redeem_20_times(merchant)
    statuses = sorted(r.status if isinstance(r, Outcome) else repr(r) for r in results)
    assert statuses == ["posted"] * 5 + ["refused"] * 15
    assert balance(card, program) == 0  # type: ignore[arg-type]  # a program
    assert Redemption.objects.for_merchant(merchant).count() == 5
    assert prove(merchant=merchant) == ()


@pytest.mark.usefixtures("lock_off")
def test_control_without_the_lock_redemptions_break(merchant: Merchant) -> None:
    results, _, _ = _redeem_20_times(merchant)
    posted = [r for r in results if isinstance(r, Outcome) and r.status == "posted"]
    failed = [r for r in results if isinstance(r, Exception)]
    assert failed or len(posted) != 5 or prove(merchant=merchant) != ()


def test_10_posts_of_one_request_book_once_and_all_answer_the_same(merchant: Merchant) -> None:
    program = stamp_program(merchant)
    card = factories.make_card(merchant=merchant)
    results = at_once([lambda: book(card, request="the-one")] * 10)
    outcomes = [r for r in results if isinstance(r, Outcome)]
    assert len(outcomes) == 10, results
    assert len({outcome.booking for outcome in outcomes}) == 1
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert balance(card, program) == 1
    assert Transfer.objects.for_merchant(merchant).count() == 1


def test_control_without_the_unique_request_id_ten_posts_book_ten_times(merchant: Merchant) -> None:
    """The constraint is what holds: with ids of their own the same ten posts all book."""
    program = stamp_program(merchant)
    card = factories.make_card(merchant=merchant)
    at_once([lambda: book(card)] * 10)
    assert balance(card, program) == 10


def test_8_devices_scanning_one_card_lose_and_double_nothing(merchant: Merchant) -> None:
    program = stamp_program(merchant)
    card = factories.make_card(merchant=merchant)

    def device() -> list[str]:
        return [book(card).status for _ in range(5)]

    results = at_once([device] * 8)
    assert results == [["posted"] * 5] * 8
    assert balance(card, program) == 40
    assert prove(merchant=merchant) == ()


def test_time_lock_lets_one_of_ten_parallel_scans_through(merchant: Merchant) -> None:
    program = stamp_program(merchant)
    Limit.objects.create(merchant=merchant, kind="interval", subject="card", seconds=1800)
    touch_rules(merchant=merchant)
    card = factories.make_card(merchant=merchant)
    results = at_once([lambda: book(card)] * 10)
    statuses = sorted(r.status if isinstance(r, Outcome) else repr(r) for r in results)
    assert statuses == ["posted"] + ["refused"] * 9
    assert balance(card, program) == 1


def test_staff_limit_is_exact_over_many_cards(merchant: Merchant) -> None:
    stamp_program(merchant)
    staff = factories.make_staff(merchant, pin="")
    Limit.objects.create(merchant=merchant, kind="units", subject="staff", maximum=7)
    touch_rules(merchant=merchant)
    cards = [factories.make_card(merchant=merchant) for _ in range(12)]
    results = at_once([partial(book, card, staff=staff) for card in cards])
    assert sorted(r.status for r in results if isinstance(r, Outcome)) == ["posted"] * 7 + ["refused"] * 5


def test_last_piece_in_stock_goes_once(merchant: Merchant) -> None:
    program = stamp_program(merchant, stamps=10)
    reward = a_reward(program, price=10, stock=1)
    cards = [factories.make_card(merchant=merchant) for _ in range(6)]
    for card in cards:
        book(card)
    results = at_once([partial(spend, card, reward) for card in cards])
    assert sorted(r.status for r in results if isinstance(r, Outcome)) == ["posted"] + ["refused"] * 5


def test_one_fresh_code_spends_once_over_two_programs(merchant: Merchant) -> None:
    """The two redemptions lock different accounts; the database's constraint is what stops the second."""
    first = stamp_program(merchant, stamps=10)
    second = stamp_program(merchant, stamps=10, name="Brotkarte")
    rewards = [a_reward(first, price=10), a_reward(second, price=10)]
    card = factories.make_card(merchant=merchant)
    book(card)
    results = at_once([partial(spend, card, reward, step=5) for reward in rewards])
    assert sorted(r.status for r in results if isinstance(r, Outcome)) == ["posted", "refused"]


def test_redemption_against_expiry_spends_or_expires_but_never_both(merchant: Merchant) -> None:
    program = stamp_program(merchant, stamps=10, expiry_months=1, expiry_rounding="month")
    reward = a_reward(program, price=10)
    late = NOW + timedelta(days=60)
    for _ in range(5):
        card = factories.make_card(merchant=merchant)
        book(card)
        spending = partial(spend, card, reward, at=late)
        tasks: list[Callable[[], object]] = [spending, partial(expire_lots, merchant=merchant, at=late)]
        results = at_once(tasks)
        assert not [r for r in results if isinstance(r, Exception)]
        assert balance(card, program) == 0
        assert Transfer.objects.for_merchant(merchant).filter(debit__card=card).count() == 1
    assert prove(merchant=merchant) == ()


def test_undo_twice_at_once_takes_back_once(merchant: Merchant) -> None:
    program = stamp_program(merchant)
    card = factories.make_card(merchant=merchant)
    book(card)
    outcome = book(card)
    results = at_once([lambda: take_back(outcome, merchant)] * 6)
    assert sorted(r.status for r in results if isinstance(r, Outcome)) == ["posted"] + ["refused"] * 5
    assert balance(card, program) == 1


def _swap(merchant: Merchant, one: Card, other: Card) -> Outcome:
    """Move one unit from one card to the other, as a transfer between members will."""
    key = request_id()
    request = Request(merchant, BookingKind.MOVE, key, key, Desk(None, None), NOW, NOW)

    def write() -> Outcome:
        locked = ledger.lock(merchant=merchant, cards=[one, other])
        accounts = {a.card_id: a for a in locked.accounts.values()}
        outcome = Outcome(booking=str(uuid.uuid4()), kind="move", status="posted", card_number=one.number)
        booking = record(request=request, card=one, outcome=outcome)
        ledger.post(
            booking=booking,
            movements=[Movement(accounts[one.pk].pk, accounts[other.pk].pk, 1, TransferReason.MOVE, "stamp")],
            locked=locked,
        )
        return outcome

    return once(merchant=merchant, request_id=key, content_hash=key, write=write)


def _opposite_transfers(merchant: Merchant) -> list[Outcome | Exception]:
    stamp_program(merchant, stamps=20)
    one, other = factories.make_card(merchant=merchant), factories.make_card(merchant=merchant)
    book(one)
    book(other)
    return at_once([lambda: _swap(merchant, one, other), lambda: _swap(merchant, other, one)] * 6)


def test_opposite_transfers_do_not_deadlock(merchant: Merchant) -> None:
    results = _opposite_transfers(merchant)
    assert [r for r in results if isinstance(r, Exception)] == []
    held = Account.objects.for_merchant(merchant).filter(kind=AccountKind.AVAILABLE)
    assert [account.balance for account in held] == [20, 20]
    assert prove(merchant=merchant) == ()


def test_control_without_ordered_locks_opposite_transfers_break(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lock one card after the other in the order given: opposite transfers wait for each other crosswise."""

    def unordered(*, merchant: Merchant, cards: list[Card]) -> ledger.Locked:
        held: dict[int, Account] = {}
        rows_of = Card.objects.for_merchant(merchant)
        locked_cards: dict[int, Card] = {}
        for card in cards:
            locked_cards[card.pk] = rows_of.select_for_update(no_key=True).get(pk=card.pk)
            rows = Account.objects.for_merchant(merchant).filter(card=card).select_for_update()
            held |= {account.pk: account for account in rows}
            time.sleep(0.1)
        return ledger.Locked(held, locked_cards)

    monkeypatch.setattr(ledger, "lock", unordered)
    results = _opposite_transfers(merchant)
    assert any(isinstance(r, DatabaseError) for r in results), results


def test_replacing_a_card_while_it_is_stamped_keeps_every_unit(merchant: Merchant) -> None:
    program = stamp_program(merchant)
    old, new = factories.make_card(merchant=merchant), factories.make_card(merchant=merchant)
    manager: Staff = factories.make_staff(merchant, pin="")
    book(old)

    def replace() -> Outcome:
        return replace_card(
            merchant=merchant, old=old, new=new, till=None, staff=manager, request_id="m", at=NOW, reason="x"
        )

    results = at_once([replace, *[lambda: book(old)] * 4])
    booked = [r for r in results[1:] if isinstance(r, Outcome) and r.status == "posted"]
    assert not [r for r in results if isinstance(r, Exception)], results
    assert balance(old, program) + balance(new, program) == 1 + len(booked)
    assert balance(old, program) == 0
    assert Booking.objects.for_merchant(merchant).filter(kind="move", outcome="posted").count() == 1
    assert prove(merchant=merchant) == ()
