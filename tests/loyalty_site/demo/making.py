"""What the tests of the demo share: a small demo, made fast, and all that must be the same for the same seed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.test import override_settings

from loyalty_site.demo import seed
from loyalty_site.demo.access import ShopAccess
from members.models import Member, Merchant
from rewards.models import Account, Booking

#: Hashing is slow on purpose; what is hashed here guards nothing.
FAST = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}
UNTIL = date(2025, 6, 28)
LATER = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
SMALL = seed.Wish(merchants=3, members=60, days=42, history=45, seed=7, until_on=UNTIL)


def make(folder: Path, wish: seed.Wish = SMALL, at: datetime = LATER) -> tuple[ShopAccess, ...]:
    """Make a demo inside the caller's transaction."""
    with override_settings(**FAST):
        return seed.make_demo(wish=wish, at=at, access_path=folder / "access.json", tell=lambda step, percent: None)


def merchant_of(shop: ShopAccess) -> Merchant:
    """Return a made shop's merchant."""
    return Merchant.objects.get(slug=shop.slug)


def story_of(shop: ShopAccess) -> list[tuple[Any, ...]]:
    """Return everything that must be the same for the same seed."""
    merchant = merchant_of(shop)
    bookings = Booking.objects.for_merchant(merchant).order_by("pk")
    members = Member.objects.for_merchant(merchant).order_by("pk", "contacts__kind")
    accounts = Account.objects.for_merchant(merchant).filter(card__isnull=False).order_by("pk")
    return [
        *bookings.values_list("kind", "outcome", "card__number", "staff__name", "amount_cents", "occurred_at"),
        *members.values_list("first_name", "last_name", "joined_at", "contacts__value"),
        *accounts.values_list("card__number", "program__name", "balance", "earn_count"),
    ]
