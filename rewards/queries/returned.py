"""What of a sale came back already, and what became of the lots that it brought.

Read by returns, by the undo (a sale that was returned in part can't be undone) and by the release of held units.
Call under the lock of the card's accounts: that is what makes the answer hold until the commit.
"""

from collections.abc import Collection, Sequence

from django.db.models import Sum

from members.models import Merchant
from rewards.models import Booking, BookingKind, BookingOutcome, Lot, LotMove, Transfer, TransferReason


def returns_of(*, merchant: Merchant, sale: Booking, card_ids: Collection[int]) -> list[Booking]:
    """Return the posted returns of a sale, oldest first; one query.

    ``card_ids``: the sale's card and those that replaced it. Returns name their sale in ``details.returned``.
    """
    return list(
        Booking.objects.for_merchant(merchant)
        .filter(card_id__in=card_ids, kind=BookingKind.RETURN, outcome=BookingOutcome.POSTED)
        .filter(result__details__returned=str(sale.public_id))
        .order_by("pk")
    )


def lots_of(*, merchant: Merchant, transfers: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of the lots that these transfers brought and, after a card was replaced, of what they became."""
    found: list[int] = []
    bringing = list(transfers)
    while bringing:
        lots = list(Lot.objects.for_merchant(merchant).filter(transfer_id__in=bringing).values_list("pk", flat=True))
        found += lots
        moved = LotMove.objects.for_merchant(merchant).filter(lot_id__in=lots, transfer__reason=TransferReason.MOVE)
        bringing = list(moved.values_list("transfer_id", flat=True))
    return tuple(found)


def expired_units(*, merchant: Merchant, lots: Sequence[int]) -> dict[int, int]:
    """Return program row id -> units of these lots that have expired; one query."""
    rows = (
        LotMove.objects.for_merchant(merchant)
        .filter(lot_id__in=lots, transfer__reason=TransferReason.EXPIRE)
        .values_list("lot__account__program_id")
        .annotate(units=Sum("delta"))
    )
    return {program_id: -delta for program_id, delta in rows}


def units_left(*, merchant: Merchant, sale: Booking, transfers: Sequence[Transfer]) -> list[int]:
    """Return how much of each transfer of a held sale is still pending, in the order given.

    What returns took is counted against a program's last transfers first; the sum is what matters.
    """
    returns = returns_of(merchant=merchant, sale=sale, card_ids=[sale.card_id])
    moved = Transfer.objects.for_merchant(merchant).filter(booking__in=returns)
    taken: dict[int, int] = dict(moved.values_list("debit_id").annotate(units=Sum("amount")))
    left = []
    for transfer in reversed(transfers):
        gone = min(taken.get(transfer.credit_id, 0), transfer.amount)
        taken[transfer.credit_id] = taken.get(transfer.credit_id, 0) - gone
        left.append(transfer.amount - gone)
    return left[::-1]
