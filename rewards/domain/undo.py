"""Undo: a booking is taken back by another booking; nothing is deleted.

Within the undo window anybody on shift may undo; later a manager's approval and a reason are needed. An earn
can be undone while its lots are untouched; a redemption fills the very lots it drained and its stock. What the
booking took from limits is given back, so that the right card can be stamped at once.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from fraud.domain.assess import give_back
from members.models import Merchant, Staff, Till
from rewards.domain import ledger
from rewards.domain.ledger import Locked, Movement
from rewards.domain.outcome import Outcome
from rewards.domain.programs import ProgramBook, book_for
from rewards.domain.requests import Desk, Request, hash_content, once, outcome_of, record
from rewards.engine.reasons import Reason
from rewards.models import (
    Account,
    AccountKind,
    Booking,
    BookingKind,
    BookingOutcome,
    Lot,
    LotMove,
    Redemption,
    RedemptionState,
    Reward,
    Transfer,
    TransferReason,
)
from rewards.queries.balances import balance_lines, holdings_of
from rewards.queries.returned import returns_of

UNDOABLE = (BookingKind.EARN, BookingKind.REDEEM)


class BookingUnknown(LookupError):
    """The merchant has no such booking that can be undone."""


@dataclass(frozen=True, slots=True)
class _Context:
    request: Request
    original: Booking
    approved: bool
    window: timedelta
    reason: str
    book: ProgramBook
    locked: Locked


def undo(
    *,
    merchant: Merchant,
    booking: str,
    till: Till | None,
    staff: Staff | None,
    request_id: str,
    at: datetime,
    window_seconds: int,
    approved_by: Staff | None = None,
    reason: str = "",
    channel: str = "counter",
    kinds: tuple[BookingKind, ...] = UNDOABLE,
) -> Outcome:
    """Undo the booking with this public id.

    ``window_seconds``: how long after recording no approval is needed. ``approved_by``: the manager whose
    authority the caller has checked. Locks the card's accounts; commits. Returns posted, or refused with one of
    the reasons already_undone, returned_meanwhile, too_late, spent_meanwhile, nothing_to_undo.

    Raises:
        BookingUnknown: no such earn or redemption of this merchant; nothing is written.
        RequestConflict: the request id stands for another content.
    """
    original = (
        Booking.objects.for_merchant(merchant).select_related("card").filter(public_id=booking, kind__in=kinds).first()
    )
    if original is None:
        raise BookingUnknown(booking)
    request = Request(
        merchant=merchant,
        kind=BookingKind.UNDO,
        request_id=request_id,
        content_hash=hash_content("undo", booking),
        desk=Desk(till=till, staff=approved_by or staff, channel=channel),
        occurred_at=at,
        recorded_at=at,
    )

    def write() -> Outcome:
        locked = ledger.lock(merchant=merchant, cards=[original.card])
        context = _Context(
            request=request,
            original=original,
            approved=approved_by is not None,
            window=timedelta(seconds=window_seconds),
            reason=reason,
            book=book_for(merchant),
            locked=locked,
        )
        return _decide(context)

    return once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)


def _decide(context: _Context) -> Outcome:
    original, request = context.original, context.request
    if original.outcome not in {BookingOutcome.POSTED, BookingOutcome.HELD}:
        return _refuse(context, "nothing_to_undo")
    done = Booking.objects.for_merchant(request.merchant).filter(reverses=original, outcome="posted")
    if done.exists():
        return _refuse(context, "already_undone")
    if original.kind == BookingKind.EARN and returns_of(
        merchant=request.merchant, sale=original, card_ids=context.locked.cards
    ):
        return _refuse(context, "returned_meanwhile")
    if not context.approved and request.recorded_at > original.recorded_at + context.window:
        return _refuse(context, "too_late")
    transfers = list(Transfer.objects.for_merchant(request.merchant).filter(booking=original).order_by("pk"))
    movements = [_reversal(context, transfer) for transfer in transfers]
    if any(movement is None for movement in movements):
        return _refuse(context, "spent_meanwhile")
    return _book(context, [movement for movement in movements if movement is not None])


def _reversal(context: _Context, transfer: Transfer) -> Movement | None:
    """Return the opposite movement, or None when its lots were spent meanwhile."""
    merchant = context.request.merchant
    source = context.locked.accounts.get(transfer.credit_id)
    drain: tuple[int, ...] | None = None
    if source is not None:
        if (source.balance or 0) < transfer.amount:
            return None
        if source.kind == AccountKind.AVAILABLE:
            lots = list(Lot.objects.for_merchant(merchant).filter(transfer=transfer))
            if sum(lot.remaining for lot in lots) < transfer.amount:
                return None
            drain = tuple(lot.pk for lot in lots)
    refill: dict[int, int] | None = None
    if transfer.debit_id in context.locked.accounts:
        moves = LotMove.objects.for_merchant(merchant).filter(transfer=transfer)
        refill = {move.lot_id: -move.delta for move in moves}
    return Movement(
        debit_id=transfer.credit_id,
        credit_id=transfer.debit_id,
        amount=transfer.amount,
        reason=TransferReason.UNDO,
        unit=transfer.unit,
        rule_id=transfer.rule_id,
        reverses_id=transfer.pk,
        drain=drain,
        refill=refill,
    )


def _book(context: _Context, movements: list[Movement]) -> Outcome:
    request, original, locked = context.request, context.original, context.locked
    holdings = holdings_of(list(locked.accounts.values()))
    for movement in movements:
        for account_id, sign in ((movement.debit_id, -1), (movement.credit_id, 1)):
            account = locked.accounts.get(account_id)
            if account is not None:
                holdings[(account.program_id, account.kind)] += sign * movement.amount
    carries = tuple((program, key, -delta) for program, key, delta in outcome_of(original).carries)
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.UNDO.value,
        status=BookingOutcome.POSTED.value,
        card_number=original.card.number,
        balances=balance_lines(book=context.book, holdings=holdings, at=request.occurred_at),
        carries=carries,
        details={"undone": str(original.public_id), "undone_kind": original.kind},
    )
    booking = record(request=request, card=original.card, outcome=outcome, reverses=original, reason=context.reason)
    changed = _uncount_visit(context, carries) if original.kind == BookingKind.EARN else set()
    posted = ledger.post(booking=booking, movements=movements, locked=locked)
    ledger.save_accounts(locked=locked, ids=changed - {t.debit_id for t in posted})
    give_back(merchant=request.merchant, assessment_id=original.assessment_id)
    if original.kind == BookingKind.REDEEM:
        _reopen_redemption(context)
    return outcome


def _uncount_visit(context: _Context, carries: tuple[tuple[str, str, int], ...]) -> set[int]:
    """Take the visit and the remainders back from the accounts that had counted them."""
    by_program: dict[str, dict[str, int]] = defaultdict(dict)
    for program_key, rule_key, delta in carries:
        by_program[program_key][rule_key] = delta
    original = outcome_of(context.original)
    kind = AccountKind.PENDING if original.status == BookingOutcome.HELD else AccountKind.AVAILABLE
    touched = {grant.program for grant in original.grants} | by_program.keys()
    keys = dict(
        Account.objects.for_merchant(context.request.merchant)
        .filter(pk__in=context.locked.accounts)
        .values_list("pk", "program__public_id")
    )
    changed = set()
    for pk, account in context.locked.accounts.items():
        key = str(keys[pk])
        if key not in touched or account.kind != kind:
            continue
        account.earn_count = max(0, account.earn_count - 1)
        account.last_at, account.prev_at = account.prev_at, None
        for rule_key, delta in by_program.get(key, {}).items():
            account.carry = {**account.carry, rule_key: account.carry.get(rule_key, 0) + delta}
        changed.add(pk)
    return changed


def _reopen_redemption(context: _Context) -> None:
    merchant = context.request.merchant
    redemption = Redemption.objects.for_merchant(merchant).select_related("reward").get(booking=context.original)
    Redemption.objects.for_merchant(merchant).filter(pk=redemption.pk).update(
        state=RedemptionState.UNDONE, undone_at=context.request.occurred_at
    )
    Reward.objects.for_merchant(merchant).filter(pk=redemption.reward_id, stock__isnull=False).update(
        stock=F("stock") + 1
    )


def _refuse(context: _Context, code: str) -> Outcome:
    original = context.original
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.UNDO.value,
        status=BookingOutcome.REFUSED.value,
        card_number=original.card.number,
        balances=balance_lines(
            book=context.book,
            holdings=holdings_of(list(context.locked.accounts.values())),
            at=context.request.occurred_at,
        ),
        reasons=(Reason(code),),
        details={"undone": str(original.public_id), "undone_kind": original.kind},
    )
    record(request=context.request, card=original.card, outcome=outcome, reverses=original, reason=context.reason)
    return outcome
