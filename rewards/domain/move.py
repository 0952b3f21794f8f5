"""Replace a card: everything on the old one moves to the new one, lots with their own expiry."""

import uuid
from datetime import datetime

from members.audit import Actor
from members.audit import record as audit
from members.models import Card, CardState, Merchant, Staff, Till
from rewards.domain import ledger
from rewards.domain.ledger import Locked, Movement
from rewards.domain.outcome import Outcome
from rewards.domain.programs import book_for
from rewards.domain.requests import Desk, Request, hash_content, once, record
from rewards.models import Account, AccountKind, BookingKind, BookingOutcome, Lot, TransferReason
from rewards.queries.balances import balance_lines, holdings_of


class CardNotReplaceable(ValueError):
    """``code``: same_card, already_replaced, new_card_in_use."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def replace_card(
    *,
    merchant: Merchant,
    old: Card,
    new: Card,
    till: Till | None,
    staff: Staff,
    request_id: str,
    at: datetime,
    reason: str,
) -> Outcome:
    """Move the old card's member, level, balances, remainders and visits to a new, unused card.

    The old card becomes *replaced* and books nothing any more. Locks both cards' accounts in id order; commits.

    Raises:
        CardNotReplaceable: the two cards don't fit; nothing is written.
        RequestConflict: the request id stands for another content.
    """
    request = Request(
        merchant=merchant,
        kind=BookingKind.MOVE,
        request_id=request_id,
        content_hash=hash_content("replace", old.number, new.number),
        desk=Desk(till=till, staff=staff),
        occurred_at=at,
        recorded_at=at,
    )

    def write() -> Outcome:
        locked = ledger.lock(merchant=merchant, cards=[old, new])
        before, after = _usable(old, new, locked)
        sources = [a for a in locked.accounts.values() if a.card_id == before.pk]
        for kind in ledger.CARD_KINDS:
            units = {a.program_id: a.unit for a in sources if a.kind == kind}
            ledger.open_accounts(merchant=merchant, card=after, units=units, locked=locked, kind=kind)
        movements = [m for source in sources for m in _movements(source, _target(locked, source, after))]
        targets = [_target(locked, source, after) for source in sources]
        outcome = _outcome(merchant, before, after, sources, at)
        booking = record(request=request, card=before, outcome=outcome, reason=reason)
        for source, target in zip(sources, targets, strict=True):
            _hand_on_counters(source, target)
        ledger.post(booking=booking, movements=movements, locked=locked)
        ledger.save_accounts(locked=locked, ids=[account.pk for account in [*sources, *targets]])
        _hand_on_member(before, after, reason)
        audit(
            merchant=merchant,
            at=at,
            action="card.replaced",
            target=before,
            actor=Actor.of_staff(staff),
            old={"state": old.state},
            new={"state": CardState.REPLACED.value},
            reason=reason,
        )
        return outcome

    return once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)


def _usable(old: Card, new: Card, locked: Locked) -> tuple[Card, Card]:
    if old.pk == new.pk:
        raise CardNotReplaceable("same_card")
    before, after = locked.cards[old.pk], locked.cards[new.pk]
    if before.state == CardState.REPLACED:
        raise CardNotReplaceable("already_replaced")
    used = any(account.card_id == after.pk for account in locked.accounts.values())
    if used or after.member_id is not None or after.state != CardState.UNVERIFIED:
        raise CardNotReplaceable("new_card_in_use")
    return before, after


def _target(locked: Locked, source: Account, after: Card) -> Account:
    target = locked.of(source.program_id, source.kind, card_id=after.pk)
    if target is None:
        raise RuntimeError("account missing after open_accounts")
    return target


def _movements(source: Account, target: Account) -> list[Movement]:
    """One movement a lot, so that each keeps its expiry; pending units have no lots and move at once."""
    if not source.balance:
        return []
    if source.kind == AccountKind.PENDING:
        return [_movement(source, target, source.balance)]
    lots = Lot.objects.for_merchant(source.merchant_id).filter(account=source, remaining__gt=0).order_by("pk")
    return [_movement(source, target, lot.remaining, lot) for lot in lots]


def _movement(source: Account, target: Account, amount: int, lot: Lot | None = None) -> Movement:
    return Movement(
        debit_id=source.pk,
        credit_id=target.pk,
        amount=amount,
        reason=TransferReason.MOVE,
        unit=source.unit,
        earned_at=lot.earned_at if lot else None,
        expires_at=lot.expires_at if lot else None,
        drain=(lot.pk,) if lot else None,
    )


def _hand_on_counters(source: Account, target: Account) -> None:
    target.carry, source.carry = source.carry, {}
    target.earn_count, source.earn_count = source.earn_count, 0
    target.first_at, target.prev_at, target.last_at = source.first_at, source.prev_at, source.last_at


def _hand_on_member(before: Card, after: Card, reason: str) -> None:
    cards = Card.objects.for_merchant(before.merchant_id)
    state = before.state_before_block if before.state == CardState.BLOCKED else before.state
    cards.filter(pk=after.pk).update(member=before.member_id, state=state or CardState.UNVERIFIED, level=before.level)
    cards.filter(pk=before.pk).update(state=CardState.REPLACED, replaced_by=after.pk, state_reason=reason, member=None)


def _outcome(merchant: Merchant, before: Card, after: Card, sources: list[Account], at: datetime) -> Outcome:
    holdings = holdings_of(sources)  # what the new card will hold; it was empty
    return Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.MOVE.value,
        status=BookingOutcome.POSTED.value,
        card_number=before.number,
        balances=balance_lines(book=book_for(merchant), holdings=holdings, at=at),
        details={"new_card": after.number},
    )
