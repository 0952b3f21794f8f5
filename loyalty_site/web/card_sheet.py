"""Sheets of printed cards as a PDF: ten of 85 × 54 mm on A4 with cut lines, each with its number and QR code.

Promises: the QR code says the merchant's address with the number at its end, in capitals (the smaller code): a
phone's camera opens the shop's page, a scanner at the counter reads the number. A printed card only ever collects.
While drawing, nothing is fetched but our own style sheet; any other address stops the drawing.

Slow to import (the drawing library): import it where it is used. Issues no cards.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from loyalty_site.web.colors import WeakColor, theme_for
from members import qr
from members.models import Card, Merchant

CARDS_PER_PAGE: Final = 10
#: The house's ink, for a merchant whose colour can't be read on paper.
HOUSE_INK: Final = "#4c2a85"
_COLUMNS: Final = 2
_MARKS: Final = (
    *(f"cut--x{column} cut--{side}" for column in (1, 2, 3) for side in ("top", "bottom")),
    *(f"cut--y{row} cut--{side}" for row in range(1, 7) for side in ("left", "right")),
)
_LOCAL: Final = re.compile(r"local:([a-z0-9-]+/)*[a-z0-9-]+\.css")


class ForeignAddress(RuntimeError):
    """A page to be drawn names an address that is not our own."""


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """One card of a page: its row from the top (1 to 5), its number in groups, its QR code."""

    row: int
    number: str
    qr: SafeString


class LocalFetcher(URLFetcher):  # type: ignore[misc]  # the library ships no types
    """Opens our own style sheets (`local:css/…`) and data that stands in the page, nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:  # Any: the library's own signature
        """Return the contents of an address. Raises: FatalURLFetchingError, which stops the drawing."""
        if url.startswith("data:"):
            return super().fetch(url, headers)
        found = finders.find(url.removeprefix("local:")) if _LOCAL.fullmatch(url) else None
        if not found:
            raise FatalURLFetchingError
        return URLFetcherResponse(url, body=Path(str(found)).read_bytes(), headers={"Content-Type": "text/css"})


def card_sheet_pdf(*, merchant: Merchant, cards: Sequence[Card], base_url: str | None = None) -> bytes:
    """Return the cards as a PDF, ten on a page, in the merchant's language; `base_url`: the installation's, if None.

    Raises:
        ValueError: no cards, or a card of another merchant.
    """
    if not cards or any(card.merchant_id != merchant.pk for card in cards):
        raise ValueError("a sheet shows one or more cards of its merchant")
    return draw(sheet_html(merchant=merchant, cards=cards, base_url=base_url))


def draw(html: str) -> bytes:
    """Return a page as a PDF.

    Raises:
        ForeignAddress: the page wants something from outside.
    """
    try:
        pdf: bytes = HTML(string=html, url_fetcher=LocalFetcher()).write_pdf()
    except FatalURLFetchingError as error:  # no Exception: it would pass every handler of a request
        raise ForeignAddress("a sheet of cards fetches nothing from outside") from error
    return pdf


def sheet_html(*, merchant: Merchant, cards: Sequence[Card], base_url: str | None = None) -> str:
    """Return the page that the PDF is drawn from."""
    context = {
        "merchant": merchant,
        "stamp": _stamp(merchant),
        "marks": _MARKS,
        "pages": list(_pages(merchant, cards, base_url or settings.BASE_URL)),
    }
    with translation.override(merchant.language):
        return render_to_string("print/cards.html", context)


def printed_address(*, merchant: Merchant, number: str, base_url: str) -> str:
    """Return what a printed card's QR code says: `HTTPS://SHOP.EXAMPLE/M/MORGENROT/K/4DJJW4FWA05W`.

    Scheme and host of the base address only: they mean the same in capitals, a path would not.
    """
    base = urlsplit(base_url)
    return f"{base.scheme}://{base.netloc}/M/{merchant.slug}/K/{number}".upper()


def _pages(merchant: Merchant, cards: Sequence[Card], base_url: str) -> Iterator[list[PrintedCard]]:
    for start in range(0, len(cards), CARDS_PER_PAGE):
        yield [
            PrintedCard(
                row=place // _COLUMNS + 1,
                number=card.grouped_number,
                qr=mark_safe(  # noqa: S308  # the house's own drawing
                    qr.svg(printed_address(merchant=merchant, number=card.number, base_url=base_url))
                ),
            )
            for place, card in enumerate(cards[start : start + CARDS_PER_PAGE])
        ]


def _stamp(merchant: Merchant) -> SafeString:
    """Return the merchant's sign in its colour."""
    try:
        color = theme_for(merchant.brand_color).light.ink
    except WeakColor:
        color = HOUSE_INK
    view_box, shapes = _symbol(merchant.stamp)
    drawing = shapes.replace("currentColor", color)
    return mark_safe(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}">{drawing}</svg>')  # noqa: S308


@cache
def _symbol(name: str) -> tuple[str, str]:
    """Return view box and shapes of a sign of the sprite. Raises: LookupError for one that isn't there."""
    sprite = finders.find("img/icons.svg")
    text = Path(str(sprite)).read_text(encoding="utf-8") if sprite else ""
    found = re.search(rf'<symbol id="{re.escape(name)}" viewBox="([0-9 ]+)"[^>]*>(.*?)</symbol>', text, re.DOTALL)
    if found is None:
        raise LookupError(f"the sprite has no sign {name}")
    return found.group(1), found.group(2)
