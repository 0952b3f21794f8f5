"""Asks a database of the product what it holds: ``python -m bench.inside bench.bookkeeping ACCESS [--prove]``.

After a run every good answer must be a booking and every booking must be answered, one for one; and the ledger's own
proof must hold. The last card of ``access`` is the one that all callers share at times.
"""

from io import StringIO
from pathlib import Path
from typing import TypedDict

from django.core.management import CommandError, call_command

from bench.access import Access
from bench.shop import SLUG
from members.models import Card, Merchant
from rewards.models import Account, AccountKind, Booking, BookingKind, BookingOutcome, ProgramKind


class Held(TypedDict):
    """Posted bookings of all cards, those of the shared card and its stamps; the proof's outcome, if asked for."""

    bookings: int
    same_bookings: int
    same_stamps: int
    proof: str


def main(arguments: list[str]) -> Held:
    """Return what the database holds."""
    merchant = Merchant.objects.get(slug=SLUG)
    card = Card.objects.for_merchant(merchant).get(number=Access.read(Path(arguments[0])).numbers[-1])
    posted = Booking.objects.for_merchant(merchant).filter(kind=BookingKind.EARN, outcome=BookingOutcome.POSTED)
    stamps = Account.objects.for_merchant(merchant).get(
        card=card, kind=AccountKind.AVAILABLE, program__kind=ProgramKind.STAMP_CARD
    )
    return Held(
        bookings=posted.count(),
        same_bookings=posted.filter(card=card).count(),
        same_stamps=stamps.balance or 0,
        proof=_prove() if "--prove" in arguments else "",
    )


def _prove() -> str:
    """Return ``holds``, or what the proof found."""
    told = StringIO()
    try:
        call_command("prove_ledger", stdout=told)
    except CommandError:
        return told.getvalue().strip()[:2000]
    return "holds"
