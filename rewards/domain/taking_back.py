"""What a return takes in each program that its sale touched: how much is due, and how much of it is there.

Works on accounts that the caller holds locked and writes nothing: ``rewards.domain.returns`` posts what comes out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from members.models import Card, Merchant
from rewards.domain.ledger import Locked, Movement
from rewards.domain.outcome import GrantLine
from rewards.domain.portions import Portion
from rewards.engine.reasons import Reason
from rewards.models import Account, AccountKind, Booking, BookingOutcome, Program, Transfer, TransferReason
from rewards.queries.returned import expired_units, lots_of


@dataclass(frozen=True, slots=True)
class Taking:
    """One program's part of a return, in its units.

    granted: what the whole sale brought. units: what leaves ``account`` now. missing: what should have left it too
    but was spent before, and is waived. expired: what was due but has expired already. lots: drained before others.
    """

    program: Program
    account: Account | None
    issue_id: int
    unit: str
    granted: int
    units: int
    missing: int
    expired: int
    lots: tuple[int, ...]

    def movement(self) -> Movement:
        """Return the transfer back to where the units came from; only if there are units to take."""
        if self.account is None:  # nothing can be taken from an account that isn't there
            raise RuntimeError("account missing for a positive balance")
        return Movement(
            debit_id=self.account.pk,
            credit_id=self.issue_id,
            amount=self.units,
            reason=TransferReason.RETURN,
            unit=self.unit,
            prefer=self.lots,
        )

    def line(self) -> GrantLine:
        """Return the line of the outcome: a grant of 0 or below, with the figures that explain it."""
        return GrantLine(
            program=str(self.program.public_id),
            program_name=self.program.name,
            unit=self.unit,
            unit_name=self.program.unit_name(self.units),
            amount=-self.units,
            why=Reason(
                "taken_back",
                {
                    "granted_units": self.granted,
                    "taken_units": self.units,
                    "missing_units": self.missing,
                    "expired_units": self.expired,
                },
            ),
        )


def holding_kind(sale: Booking, settled: Booking | None) -> AccountKind:
    """Return which kind of account the sale's units are on: a held sale's wait until it is settled."""
    waiting = sale.outcome == BookingOutcome.HELD and settled is None
    return AccountKind.PENDING if waiting else AccountKind.AVAILABLE


def takings_of(
    *, merchant: Merchant, sale: Booking, settled: Booking | None, card: Card, locked: Locked, portion: Portion
) -> list[Taking]:
    """Work out what ``portion`` of the sale takes in each program, from the accounts of ``card``.

    ``settled``: the booking that released a held sale. Four queries; two more each time the card was replaced.
    """
    by_program: dict[int, list[Transfer]] = {}
    rows = Transfer.objects.for_merchant(merchant).filter(booking=sale).select_related("credit__program")
    for transfer in rows.order_by("pk"):
        by_program.setdefault(transfer.credit.program_id, []).append(transfer)
    bringing = [transfer.pk for transfers in by_program.values() for transfer in transfers]
    if settled is not None:
        released = Transfer.objects.for_merchant(merchant).filter(booking=settled)
        bringing = list(released.values_list("pk", flat=True))
    lots = lots_of(merchant=merchant, transfers=bringing)
    expired = expired_units(merchant=merchant, lots=lots)
    kind = holding_kind(sale, settled)
    return [
        _taking(
            transfers=transfers,
            account=locked.of(program_id, kind, card_id=card.pk),
            portion=portion,
            expired=expired.get(program_id, 0),
            lots=lots,
        )
        for program_id, transfers in by_program.items()
    ]


def _taking(
    *, transfers: Sequence[Transfer], account: Account | None, portion: Portion, expired: int, lots: tuple[int, ...]
) -> Taking:
    granted = sum(transfer.amount for transfer in transfers)
    due = portion.of(granted)
    still_there = max(0, granted - expired - portion.of_earlier(granted))
    wanted = min(due, still_there)
    units = min(wanted, (account.balance or 0) if account else 0)
    return Taking(
        program=transfers[0].credit.program,
        account=account,
        issue_id=transfers[0].debit_id,
        unit=transfers[0].unit,
        granted=granted,
        units=units,
        missing=wanted - units,
        expired=due - wanted,
        lots=lots,
    )
