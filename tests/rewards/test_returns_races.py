"""Parallel returns of one sale on PostgreSQL: together never more than the sale; and what the lock is for."""

import time

import pytest
from django.db import models

from members.models import Merchant
from rewards.domain import ledger
from rewards.domain.outcome import Outcome
from rewards.domain.proof import prove
from rewards.domain.returns import return_sale
from rewards.models import Account, Booking
from tests.concurrency.parallel import at_once
from tests.factories import NOW, make_card
from tests.rewards.programs import balance, book, points_program, request_id, take_back

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _ten_returns_of_a_fifth(merchant: Merchant) -> tuple[list[Outcome | Exception], int]:
    """Return a sale of 10 euros ten times by 2 euros at once; the answers, and the cents that count as returned."""
    points_program(merchant)
    card = make_card(merchant=merchant)
    sale = book(card, cents=1_000)

    def one() -> Outcome:
        return return_sale(
            merchant=Merchant.objects.get(pk=merchant.pk),
            booking=sale.booking,
            amount_cents=200,
            till=None,
            staff=None,
            request_id=request_id(),
            at=NOW,
        )

    results = at_once([one] * 10)
    posted = Booking.objects.for_merchant(merchant).filter(kind="return", outcome="posted")
    return results, sum(booking.amount_cents or 0 for booking in posted)


def test_ten_parallel_returns_of_a_fifth_accept_exactly_five(merchant: Merchant) -> None:
    results, cents = _ten_returns_of_a_fifth(merchant)
    statuses = sorted(r.status if isinstance(r, Outcome) else repr(r) for r in results)
    assert statuses == ["posted"] * 5 + ["refused"] * 5
    assert cents == 1_000
    assert prove(merchant=merchant) == ()


def test_control_without_the_lock_returns_break(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(rows: models.QuerySet[Account]) -> models.QuerySet[Account]:
        time.sleep(0.05)
        return rows

    monkeypatch.setattr(ledger, "for_update", unlocked)
    results, cents = _ten_returns_of_a_fifth(merchant)
    assert cents != 1_000 or any(isinstance(result, Exception) for result in results)


def test_of_undo_and_return_at_once_one_books(merchant: Merchant) -> None:
    program = points_program(merchant)
    card = make_card(merchant=merchant)
    sale = book(card, cents=1_000)

    def back() -> Outcome:
        return return_sale(
            merchant=Merchant.objects.get(pk=merchant.pk),
            booking=sale.booking,
            amount_cents=None,
            till=None,
            staff=None,
            request_id=request_id(),
            at=NOW,
        )

    results = at_once([back, lambda: take_back(sale, merchant)] * 3)
    statuses = sorted(r.status if isinstance(r, Outcome) else repr(r) for r in results)
    assert statuses == ["posted"] + ["refused"] * 5
    assert balance(card, program) == 0
    assert prove(merchant=merchant) == ()
