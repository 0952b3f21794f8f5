"""What was held for review: released to the card, or rejected back to where it came from."""

import uuid
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from members.models import Card, Merchant, Staff
from rewards.domain import ledger
from rewards.domain.ledger import Movement
from rewards.domain.lot_expiry import lot_expires_at
from rewards.domain.outcome import Outcome
from rewards.domain.requests import Desk, Request, hash_content, once, record
from rewards.domain.undo import BookingUnknown
from rewards.engine.reasons import Reason
from rewards.models import (
    AccountKind,
    Booking,
    BookingKind,
    BookingOutcome,
    Program,
    Transfer,
    TransferReason,
)
from rewards.queries.returned import units_left


def settle_held(
    *,
    merchant: Merchant,
    booking: str,
    release: bool,
    staff: Staff | None,
    request_id: str,
    at: datetime,
    reason: str = "",
) -> Outcome:
    """Release (True) or reject (False) a held booking's units, once.

    A released lot counts from the day it was earned; what was returned meanwhile is gone. Locks the card's
    accounts; commits. Returns posted, or refused with already_undone when it was settled before.

    Raises:
        BookingUnknown: no held booking with this public id.
        RequestConflict: the request id stands for another content.
    """
    held = (
        Booking.objects.for_merchant(merchant)
        .select_related("card")
        .filter(public_id=booking, outcome=BookingOutcome.HELD)
        .first()
    )
    if held is None:
        raise BookingUnknown(booking)
    request = Request(
        merchant=merchant,
        kind=BookingKind.RELEASE,
        request_id=request_id,
        content_hash=hash_content("settle", booking, release),
        desk=Desk(till=None, staff=staff, channel="office"),
        occurred_at=at,
        recorded_at=at,
    )

    return once(
        merchant=merchant,
        request_id=request_id,
        content_hash=request.content_hash,
        write=lambda: _settle(request, held, release, reason),
    )


def _settle(request: Request, held: Booking, release: bool, reason: str) -> Outcome:
    merchant, card = request.merchant, _present_card(held.card)
    locked = ledger.lock(merchant=merchant, cards=[card])
    if Booking.objects.for_merchant(merchant).filter(reverses=held, outcome="posted").exists():
        outcome = _outcome(held, BookingOutcome.REFUSED, release, (Reason("already_undone"),))
        record(request=request, card=held.card, outcome=outcome, reverses=held, reason=reason)
        return outcome
    transfers = list(
        Transfer.objects.for_merchant(merchant).filter(booking=held).select_related("credit__program").order_by("pk")
    )
    if release:
        ledger.open_accounts(
            merchant=merchant,
            card=card,
            units={transfer.credit.program_id: transfer.unit for transfer in transfers},
            locked=locked,
            kind=AccountKind.AVAILABLE,
        )
    outcome = _outcome(held, BookingOutcome.POSTED, release, ())
    row = record(request=request, card=held.card, outcome=outcome, reverses=held, reason=reason)
    left = units_left(merchant=merchant, sale=held, transfers=transfers)
    movements = [
        replace(_movement(transfer, locked, held, release), amount=units)
        for transfer, units in zip(transfers, left, strict=True)
        if units
    ]
    ledger.post(booking=row, movements=movements, locked=locked)
    return outcome


def _present_card(card: Card) -> Card:
    """Return the card that took over from ``card``, which holds its pending units now; itself if none did."""
    while card.replaced_by is not None:
        card = card.replaced_by
    return card


def _movement(transfer: Transfer, locked: ledger.Locked, held: Booking, release: bool) -> Movement:
    program: Program = transfer.credit.program
    pending = locked.of(program.pk, AccountKind.PENDING)
    if pending is None:
        raise RuntimeError("held units without a pending account")
    if not release:
        return Movement(
            debit_id=pending.pk,
            credit_id=transfer.debit_id,
            amount=transfer.amount,
            reason=TransferReason.UNDO,
            unit=transfer.unit,
            rule_id=transfer.rule_id,
            reverses_id=transfer.pk,
        )
    account = locked.of(program.pk, AccountKind.AVAILABLE)
    if account is None:
        raise RuntimeError("account missing after open_accounts")
    return Movement(
        debit_id=pending.pk,
        credit_id=account.pk,
        amount=transfer.amount,
        reason=TransferReason.RELEASE,
        unit=transfer.unit,
        rule_id=transfer.rule_id,
        earned_at=held.occurred_at,
        expires_at=lot_expires_at(
            earned_at=held.occurred_at,
            months=program.expiry_months,
            rounding=program.expiry_rounding,
            zone=ZoneInfo(held.merchant.timezone),
        ),
    )


def _outcome(held: Booking, status: BookingOutcome, release: bool, reasons: tuple[Reason, ...]) -> Outcome:
    return Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.RELEASE.value,
        status=status.value,
        card_number=held.card.number,
        reasons=reasons,
        details={"held": str(held.public_id), "released": int(release)},
    )
