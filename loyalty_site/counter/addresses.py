"""Addresses that carry more than an object: a card with how it came here and what comes next on it.

No number, code or name of anybody ever stands in one.
"""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from members.models import Card


def card_address(card: Card, *, entry: str = "manual", to_amount: bool = False) -> str:
    """Return a card's page; `entry` says how it was read (scan or manual), `to_amount` asks for the amount next."""
    more = {"entry": "scan"} if entry == "scan" else {}
    more |= {"next": "amount"} if to_amount else {}
    address = reverse("counter:card", args=[card.public_id])
    return f"{address}?{urlencode(more)}" if more else address


def entry_in(given: QueryDict) -> str:
    """Return how a card was read, as an address or a form carries it; by hand unless it says scan."""
    return "scan" if given.get("entry") == "scan" else "manual"


def wants_amount(given: QueryDict) -> bool:
    """Tell whether the amount is to be typed next."""
    return given.get("next") == "amount"
