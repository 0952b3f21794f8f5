"""The ledger: the only writer of accounts, transfers and lots.

One **transfer** moves a positive whole number of units from a *debit* account (where they come from) to a
*credit* account (where they go). It is one row, so it can't be unbalanced; it is never changed or deleted, and a
correction is another transfer. Units enter the world from a program's *issue* account and leave it to
*redemption* and *expiry*. A card has one *available* and one *pending* account in a program; both keep a running
total that the database keeps at 0 or above, and a chain of hashes (``rewards.domain.chain``).

What an earn brings is a **lot** with its own expiry. Spending drains the lots that expire soonest; undoing a
spending fills the very lots it drained; undoing an earn drains the very lots it brought; a return drains those
first and others after them.

Callers work inside one transaction: ``open_accounts`` -> ``lock`` (once, in id order, as late as possible) ->
``post`` -> commit. Nothing here commits, reads a clock or knows people: rows name accounts and cards only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import models
from django.db.models import F

from members.models import Card, Merchant
from rewards.domain.chain import ChainContent, next_hash
from rewards.models import Account, AccountKind, Booking, Lot, LotMove, Transfer, TransferReason

ModelT = TypeVar("ModelT", bound=models.Model)
CARD_KINDS = (AccountKind.AVAILABLE, AccountKind.PENDING)


class InsufficientUnits(ValueError):
    """An account does not hold what is to leave it; callers check under the lock before they post."""


class LotsSpent(InsufficientUnits):
    """The lots that an undo must take back were spent meanwhile."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer to be.

    drain: lots to take from (an undo of an earn); None = soonest expiry first.
    prefer: lots to take from before all others (a return), when drain is None.
    refill: lot id -> units to put back (an undo of a spending); None = bring a new lot.
    """

    debit_id: int
    credit_id: int
    amount: int
    reason: TransferReason
    unit: str
    rule_id: int | None = None
    reverses_id: int | None = None
    expires_at: datetime | None = None
    earned_at: datetime | None = None
    drain: tuple[int, ...] | None = None
    prefer: tuple[int, ...] = ()
    refill: Mapping[int, int] | None = field(default=None, hash=False)


@dataclass(slots=True)
class Locked:
    """The cards and card accounts that this transaction holds, by id; accounts keep step with what is posted."""

    accounts: dict[int, Account]
    cards: dict[int, Card] = field(default_factory=dict)

    def of(self, program_id: int, kind: AccountKind | str, *, card_id: int | None = None) -> Account | None:
        """Return the locked account of a program, if there is one; ``card_id`` tells two locked cards apart."""
        for account in self.accounts.values():
            same_card = card_id is None or account.card_id == card_id
            if account.program_id == program_id and account.kind == kind and same_card:
                return account
        return None

    def balance(self, program_id: int, kind: AccountKind = AccountKind.AVAILABLE) -> int:
        """Return a balance in units; 0 where there is no account yet."""
        account = self.of(program_id, kind)
        return (account.balance or 0) if account else 0


def for_update(rows: models.QuerySet[ModelT]) -> models.QuerySet[ModelT]:
    """Lock the rows that a query returns (a seam: the concurrency tests switch it off to prove it matters)."""
    return rows.select_for_update(no_key=True)


def lock(*, merchant: Merchant, cards: Sequence[Card]) -> Locked:
    """Lock the cards, then all their accounts, each in id order, until the end of the transaction.

    The card's row is locked too, and read anew, because a card may have no account yet and because it may have
    been blocked or replaced while this booking waited: decide on ``Locked.cards``, not on what was read before.
    """
    ids = [card.pk for card in cards]
    held = {card.pk: card for card in for_update(Card.objects.for_merchant(merchant).filter(pk__in=ids).order_by("pk"))}
    rows = Account.objects.for_merchant(merchant).filter(card__in=ids).order_by("pk")
    return Locked({account.pk: account for account in for_update(rows)}, held)


def open_accounts(
    *, merchant: Merchant, card: Card, units: Mapping[int, str], locked: Locked, kind: AccountKind | str
) -> None:
    """Open and lock the accounts that the card still lacks; two openers at once do no harm.

    ``units``: program row id -> the program's unit.
    """
    missing = {pk: unit for pk, unit in units.items() if locked.of(pk, kind, card_id=card.pk) is None}
    if not missing:
        return
    Account.objects.bulk_create(
        [
            Account(merchant=merchant, card=card, program_id=pk, kind=kind, unit=unit, balance=0)
            for pk, unit in missing.items()
        ],
        ignore_conflicts=True,
    )
    rows = (
        Account.objects.for_merchant(merchant).filter(card=card, kind=kind, program_id__in=list(missing)).order_by("pk")
    )
    locked.accounts |= {account.pk: account for account in for_update(rows)}


def post(*, booking: Booking, movements: Sequence[Movement], locked: Locked) -> list[Transfer]:
    """Write the movements as transfers, move their lots, and bring the accounts up to date.

    ``locked`` must hold every card account that a movement touches. Writes one statement for all transfers, one
    for all new lots, and one for each touched account.

    Raises:
        InsufficientUnits: an account would fall below 0 (a mistake of the caller, who holds the lock).
        LotsSpent: lots named by ``drain`` no longer hold what is to leave them.
    """
    transfers = [_transfer(booking, movement, locked) for movement in movements]
    Transfer.objects.bulk_create(transfers)
    _move_lots(booking, movements, transfers, locked)
    touched = {t.debit_id for t in transfers} | {t.credit_id for t in transfers}
    save_accounts(locked=locked, ids=touched & locked.accounts.keys())
    return transfers


def save_accounts(*, locked: Locked, ids: Iterable[int]) -> None:
    """Write the locked accounts' running values back."""
    for pk in sorted(ids):
        account = locked.accounts[pk]
        Account.objects.for_merchant(account.merchant_id).filter(pk=pk).update(
            balance=account.balance,
            sequence=account.sequence,
            chain_hash=account.chain_hash,
            carry=account.carry,
            earn_count=account.earn_count,
            first_at=account.first_at,
            prev_at=account.prev_at,
            last_at=account.last_at,
        )


def _transfer(booking: Booking, movement: Movement, locked: Locked) -> Transfer:
    transfer = Transfer(
        merchant_id=booking.merchant_id,
        booking=booking,
        debit_id=movement.debit_id,
        credit_id=movement.credit_id,
        unit=movement.unit,
        amount=movement.amount,
        reason=movement.reason,
        rule_id=movement.rule_id,
        reverses_id=movement.reverses_id,
        occurred_at=booking.occurred_at,
        recorded_at=booking.recorded_at,
        expires_at=movement.expires_at,
    )
    content = chain_content(transfer, booking=booking)
    debit, credit = locked.accounts.get(movement.debit_id), locked.accounts.get(movement.credit_id)
    if debit is not None:
        if (debit.balance or 0) < movement.amount:
            raise InsufficientUnits(f"account {debit.pk} lacks units")
        transfer.debit_sequence, transfer.debit_hash = _append(debit, -movement.amount, content)
    if credit is not None:
        transfer.credit_sequence, transfer.credit_hash = _append(credit, movement.amount, content)
    return transfer


def chain_content(transfer: Transfer, *, booking: Booking) -> ChainContent:
    """Return what the chain signs of a transfer; the proof calls the same."""
    return ChainContent(
        booking=str(booking.public_id),
        content_hash=booking.content_hash,
        debit_id=transfer.debit_id,
        credit_id=transfer.credit_id,
        unit=transfer.unit,
        amount=transfer.amount,
        reason=str(transfer.reason),
        rule_id=transfer.rule_id,
        reverses_id=transfer.reverses_id,
        occurred_at=transfer.occurred_at,
        expires_at=transfer.expires_at,
    )


def _append(account: Account, delta: int, content: ChainContent) -> tuple[int, str]:
    account.sequence += 1
    account.chain_hash = next_hash(
        previous=account.chain_hash, account_id=account.pk, sequence=account.sequence, content=content
    )
    account.balance = (account.balance or 0) + delta
    return account.sequence, account.chain_hash


def _move_lots(booking: Booking, movements: Sequence[Movement], transfers: Sequence[Transfer], locked: Locked) -> None:
    fresh: list[Lot] = []
    for movement, transfer in zip(movements, transfers, strict=True):
        if _holds_lots(locked, movement.debit_id):
            _drain(movement, transfer)
        if _holds_lots(locked, movement.credit_id):
            if movement.refill is not None:
                _refill(movement.refill, transfer)
            else:
                fresh.append(
                    Lot(
                        merchant_id=booking.merchant_id,
                        account_id=movement.credit_id,
                        transfer=transfer,
                        amount=movement.amount,
                        remaining=movement.amount,
                        earned_at=movement.earned_at or booking.occurred_at,
                        expires_at=movement.expires_at,
                    )
                )
    if fresh:
        Lot.objects.bulk_create(fresh)


def _holds_lots(locked: Locked, account_id: int) -> bool:
    account = locked.accounts.get(account_id)
    return account is not None and account.kind == AccountKind.AVAILABLE


def _drain(movement: Movement, transfer: Transfer) -> None:
    """Take ``movement.amount`` from the account's lots: named ones, else preferred, soonest expiry, undated last."""
    lots = Lot.objects.for_merchant(transfer.merchant_id).filter(account_id=movement.debit_id, remaining__gt=0)
    if movement.drain is not None:
        lots = lots.filter(pk__in=movement.drain)
    left = movement.amount
    moves: list[LotMove] = []
    by_expiry = lots.order_by(F("expires_at").asc(nulls_last=True), "pk")
    for lot in sorted(by_expiry, key=lambda lot: lot.pk not in movement.prefer):  # sorting keeps the order of equals
        taken = min(left, lot.remaining)
        moves.append(LotMove(merchant_id=transfer.merchant_id, lot=lot, transfer=transfer, delta=-taken))
        left -= taken
        if left == 0:
            break
    if left:
        raise LotsSpent(f"account {movement.debit_id} lacks {left} units in its lots")
    _apply(moves)


def _refill(refill: Mapping[int, int], transfer: Transfer) -> None:
    _apply(
        [
            LotMove(merchant_id=transfer.merchant_id, lot_id=lot_id, transfer=transfer, delta=units)
            for lot_id, units in refill.items()
        ]
    )


def _apply(moves: Sequence[LotMove]) -> None:
    LotMove.objects.bulk_create(moves)
    for move in moves:
        Lot.objects.for_merchant(move.merchant_id).filter(pk=move.lot_id).update(remaining=F("remaining") + move.delta)
