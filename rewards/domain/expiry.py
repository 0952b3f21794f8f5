"""Nightly expiry: lots past their date leave the balance. Idempotent: one booking an account and day."""

import uuid
from datetime import datetime

from members.models import Merchant
from rewards.domain import ledger
from rewards.domain.ledger import Movement
from rewards.domain.outcome import Outcome
from rewards.domain.requests import Desk, Request, hash_content, once, record
from rewards.models import Account, AccountKind, BookingKind, BookingOutcome, Lot, TransferReason


def expire_lots(*, merchant: Merchant, at: datetime) -> int:
    """Expire what is due at ``at``; each account in a transaction of its own.

    Returns how many accounts lost units. Locks one card's accounts at a time, so counters go on working.
    """
    due = (
        Lot.objects.for_merchant(merchant)
        .filter(remaining__gt=0, expires_at__lte=at)
        .order_by("account_id")
        .values_list("account_id", flat=True)
        .distinct()
    )
    return sum(_expire_account(merchant, account_id, at) for account_id in list(due))


def _expire_account(merchant: Merchant, account_id: int, at: datetime) -> bool:
    account = Account.objects.for_merchant(merchant).select_related("card").get(pk=account_id)
    card = account.card
    if card is None:  # only card accounts hold lots
        raise RuntimeError("a system account holds lots")
    request_id = f"expire:{account_id}:{int(at.timestamp())}"
    request = Request(
        merchant=merchant,
        kind=BookingKind.EXPIRE,
        request_id=request_id,
        content_hash=hash_content("expire", account_id),
        desk=Desk(till=None, staff=None, channel="night"),
        occurred_at=at,
        recorded_at=at,
    )

    def write() -> Outcome:
        locked = ledger.lock(merchant=merchant, cards=[card])
        lots = list(
            Lot.objects.for_merchant(merchant).filter(account_id=account_id, remaining__gt=0, expires_at__lte=at)
        )
        units = sum(lot.remaining for lot in lots)
        outcome = Outcome(
            booking=str(uuid.uuid4()),
            kind=BookingKind.EXPIRE.value,
            status=(BookingOutcome.POSTED if units else BookingOutcome.REFUSED).value,
            card_number=card.number,
            details={"units": units},
        )
        if not units:
            return outcome  # spent between the look and the lock: nothing happened, nothing to record
        booking = record(request=request, card=card, outcome=outcome)
        sink = Account.objects.for_merchant(merchant).get(
            program_id=account.program_id, card__isnull=True, kind=AccountKind.EXPIRY
        )
        movement = Movement(
            debit_id=account_id,
            credit_id=sink.pk,
            amount=units,
            reason=TransferReason.EXPIRE,
            unit=account.unit,
            drain=tuple(lot.pk for lot in lots),
        )
        ledger.post(booking=booking, movements=[movement], locked=locked)
        return outcome

    outcome = once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)
    return outcome.status == BookingOutcome.POSTED and not outcome.replayed
