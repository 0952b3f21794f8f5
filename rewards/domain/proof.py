"""The nightly proof: recompute chains, sums and lots of every account, and name the first row that is wrong.

Reads each transfer of a merchant once, in order; recomputes each card account's chain under ``LEDGER_KEY``, its
running total and its lots. Anything that was changed, removed or slipped in by SQL behind the program's back
shows as a finding. Writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum

from members.models import Merchant
from rewards.domain.chain import next_hash
from rewards.domain.ledger import chain_content
from rewards.models import Account, AccountKind, Lot, LotMove, Transfer

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that can't be. ``what`` is a code, ``table`` and ``row`` say where to look first."""

    what: str
    table: str
    row: int
    account: int
    detail: str


@dataclass(slots=True)
class _Running:
    sequence: int = 0
    chain_hash: str = ""
    balance: int = 0
    broken: bool = False


def prove(*, merchant: Merchant) -> tuple[Finding, ...]:
    """Return everything that is wrong in the merchant's ledger, first broken row of each account first."""
    accounts = {
        account.pk: account
        for account in Account.objects.for_merchant(merchant).filter(card__isnull=False).iterator(CHUNK)
    }
    state = {pk: _Running() for pk in accounts}
    findings = list(_prove_chains(merchant, state))
    findings += _prove_heads(accounts, state)
    findings += _prove_lots(merchant, accounts)
    return tuple(findings)


def _prove_chains(merchant: Merchant, state: dict[int, _Running]) -> Iterator[Finding]:
    rows = Transfer.objects.for_merchant(merchant).select_related("booking").order_by("pk")
    for transfer in rows.iterator(CHUNK):
        yield from _prove_side(transfer, state, side="debit")
        yield from _prove_side(transfer, state, side="credit")


def _prove_side(transfer: Transfer, state: dict[int, _Running], *, side: str) -> Iterator[Finding]:
    account_id: int = getattr(transfer, f"{side}_id")
    running = state.get(account_id)
    if running is None or running.broken:
        return
    running.sequence += 1
    sequence, stored = getattr(transfer, f"{side}_sequence"), getattr(transfer, f"{side}_hash")
    expected = next_hash(
        previous=running.chain_hash,
        account_id=account_id,
        sequence=running.sequence,
        content=chain_content(transfer, booking=transfer.booking),
    )
    if sequence != running.sequence:
        running.broken = True
        yield _finding("row_missing", transfer, account_id, f"sequence {sequence}, expected {running.sequence}")
    elif stored != expected:
        running.broken = True
        yield _finding("row_changed", transfer, account_id, f"the chain breaks at sequence {sequence}")
    else:
        running.chain_hash = stored
        running.balance += transfer.amount if side == "credit" else -transfer.amount


def _prove_heads(accounts: dict[int, Account], state: dict[int, _Running]) -> Iterator[Finding]:
    for pk, account in accounts.items():
        running = state[pk]
        if running.broken:
            continue
        if account.sequence != running.sequence or account.chain_hash != running.chain_hash:
            detail = f"head at sequence {account.sequence}, rows end at {running.sequence}"
            yield Finding("head_differs", "rewards_account", pk, pk, detail)
        elif account.balance != running.balance:
            detail = f"balance {account.balance}, transfers say {running.balance}"
            yield Finding("balance_differs", "rewards_account", pk, pk, detail)


def _prove_lots(merchant: Merchant, accounts: dict[int, Account]) -> Iterator[Finding]:
    moved = dict(
        LotMove.objects.for_merchant(merchant)
        .values("lot_id")
        .annotate(total=Sum("delta"))
        .values_list("lot_id", "total")
    )
    held: dict[int, int] = {}
    lots = Lot.objects.for_merchant(merchant).select_related("transfer").order_by("pk")
    for lot in lots.iterator(CHUNK):
        held[lot.account_id] = held.get(lot.account_id, 0) + lot.remaining
        yield from _prove_lot(lot, moved.get(lot.pk, 0))
    for pk, account in accounts.items():
        if account.kind == AccountKind.AVAILABLE and held.get(pk, 0) != account.balance:
            detail = f"lots hold {held.get(pk, 0)}, balance {account.balance}"
            yield Finding("lots_differ", "rewards_account", pk, pk, detail)


def _prove_lot(lot: Lot, moved: int) -> Iterator[Finding]:
    if lot.remaining != lot.amount + moved:
        detail = f"remaining {lot.remaining}, moves say {lot.amount + moved}"
        yield Finding("lot_differs", "rewards_lot", lot.pk, lot.account_id, detail)
    if lot.amount != lot.transfer.amount or lot.account_id != lot.transfer.credit_id:
        yield Finding("lot_not_from_transfer", "rewards_lot", lot.pk, lot.account_id, "amount or account differs")
    if lot.expires_at != lot.transfer.expires_at:
        yield Finding("lot_expiry_changed", "rewards_lot", lot.pk, lot.account_id, "expiry differs from its transfer")


def _finding(what: str, transfer: Transfer, account_id: int, detail: str) -> Finding:
    return Finding(what, "rewards_transfer", transfer.pk, account_id, detail)
