"""What ``seed_demo`` says: how far it is, and in the end what there is and how to get in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.management.base import OutputWrapper
from django.db.models import Count, Q

from loyalty_site.demo.access import ShopAccess
from members.models import Card, Member, Merchant
from rewards.models import Booking, BookingKind, BookingOutcome


class Progress:
    """One line that is written over on a terminal; elsewhere one line a step."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out, self._last = out, ("", -1)

    def tell(self, step: str, percent: int) -> None:
        """Show that a step is ``percent`` done, when that is news."""
        news = (step, percent)
        if news == self._last:
            return
        if self._out.isatty():
            self._out.write(f"\r  {step}: {percent} % ".ljust(78), ending="")
            self._out.flush()
        elif step != self._last[0]:
            self._out.write(f"  {step} …")
        self._last = news

    def end(self) -> None:
        """Leave the line."""
        if self._out.isatty():
            self._out.write("")


def lines(*, made: Sequence[ShopAccess], path: Path, base_url: str) -> Iterator[str]:
    """Yield what was made, shop by shop, and where the entrances are. Secrets stay in the file."""
    for shop in made:
        merchant = Merchant.objects.get(slug=shop.slug)
        yield f"  {shop.name}: {_counts(merchant)}"
        yield f"    portal {base_url}/m/{shop.slug}/"
        for till in shop.tills:
            if till.pairing_code:
                yield f"    counter {base_url}/counter/   pair as {till.store}, {till.name} with {till.pairing_code}"
    yield f"The ledger of every shop proves. Logins, PINs, keys and card numbers: {path}"


def _counts(merchant: Merchant) -> str:
    bookings = Booking.objects.for_merchant(merchant).aggregate(
        total=Count("pk"),
        redeemed=Count("pk", filter=Q(kind=BookingKind.REDEEM, outcome=BookingOutcome.POSTED)),
        undone=Count("pk", filter=Q(kind=BookingKind.UNDO, outcome=BookingOutcome.POSTED)),
        refused=Count("pk", filter=Q(outcome__in=[BookingOutcome.REFUSED, BookingOutcome.STEP_UP])),
    )
    members = Member.objects.for_merchant(merchant).count()
    cards = Card.objects.for_merchant(merchant).count()
    return (
        f"{members} members, {cards} cards, {bookings['total']} bookings ({bookings['redeemed']} redeemed, "
        f"{bookings['undone']} undone, {bookings['refused']} refused)"
    )
