"""The sheet of printed cards: pages, numbers, codes that a decoder reads, and nothing fetched from outside."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from pypdf import PdfReader

from tests.drawing import require_pango

require_pango()

from weasyprint.urls import FatalURLFetchingError

from loyalty_site.web.card_sheet import (
    ForeignAddress,
    LocalFetcher,
    card_sheet_pdf,
    draw,
    printed_address,
    sheet_html,
)
from members.card_numbers import CodeKind, parse
from members.domain.cards import issue_blank_cards
from members.models import Card, Merchant
from tests import factories

BASE = "https://treue.example"
POINTS_PER_MM = 72 / 25.4


def blank_cards(merchant: Merchant, count: int) -> list[Card]:
    return issue_blank_cards(merchant=merchant, count=count, at=factories.NOW)


def codes_in(html: str) -> list[str]:
    """Return what a decoder reads from each drawn QR code."""
    texts = []
    for size, path in re.findall(r'class="qr__code" viewBox="0 0 ([0-9]+) .*?d="([^"]+)"', html):
        ink = np.full((int(size), int(size)), 255, dtype=np.uint8)
        for x, y, width in re.findall(r"M([0-9]+) ([0-9]+)h([0-9]+)v1", path):
            ink[int(y), int(x) : int(x) + int(width)] = 0
        found = zxingcpp.read_barcodes(ink.repeat(6, axis=0).repeat(6, axis=1))
        texts += [str(code.text) for code in found]
    return texts


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (10, 1), (11, 2)])
def test_card_sheet_pdf_has_ten_cards_a_page_and_every_number(merchant: Merchant, count: int, pages: int) -> None:
    cards = blank_cards(merchant, count)
    reader = PdfReader(io.BytesIO(card_sheet_pdf(merchant=merchant, cards=cards, base_url=BASE)))
    assert len(reader.pages) == pages
    size = reader.pages[0].mediabox
    assert (round(size.width / POINTS_PER_MM), round(size.height / POINTS_PER_MM)) == (210, 297)
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert sorted(re.findall(r"[0-9A-X]{4} [0-9A-X]{4} [0-9A-X]{4}", text)) == sorted(
        card.grouped_number for card in cards
    )
    assert " ".join(text.split()).count("Bäckerei Morgenrot") == count


def test_sheet_html_codes_are_read_back_and_name_the_card_to_counter_and_camera(merchant: Merchant) -> None:
    cards = blank_cards(merchant, 3)
    texts = codes_in(sheet_html(merchant=merchant, cards=cards, base_url=BASE))
    assert texts == [f"HTTPS://TREUE.EXAMPLE/M/{merchant.slug.upper()}/K/{card.number}" for card in cards]
    for text, card in zip(texts, cards, strict=True):
        scanned = parse(text)
        assert (scanned.kind, scanned.number) == (CodeKind.CARD, card.number)


def test_printed_address_drops_a_path_of_the_base_address(merchant: Merchant) -> None:
    address = printed_address(merchant=merchant, number="4DJJW4FWA05W", base_url="http://127.0.0.1:8000/some/path")
    assert address == f"HTTP://127.0.0.1:8000/M/{merchant.slug.upper()}/K/4DJJW4FWA05W"


def test_sheet_html_has_cut_lines_and_the_merchant_s_sign_in_its_color(db: None) -> None:
    merchant = factories.make_merchant(stamp="stamp-cup", brand_color="#1f4e79")
    html = sheet_html(merchant=merchant, cards=blank_cards(merchant, 1), base_url=BASE)
    assert html.count('class="cut ') == 18
    assert 'stroke="#1f4e79"' in html
    assert "currentColor" not in html
    assert "style=" not in html


def test_sheet_html_of_a_weak_color_prints_the_house_s_ink(db: None) -> None:
    merchant = factories.make_merchant(brand_color="#ffee00")
    html = sheet_html(merchant=merchant, cards=blank_cards(merchant, 1), base_url=BASE)
    assert "#4c2a85" in html
    assert "#ffee00" not in html


def test_sheet_html_escapes_what_a_merchant_is_called(db: None) -> None:
    merchant = factories.make_merchant(name='<img src="https://evil.example/x.png">')
    html = sheet_html(merchant=merchant, cards=blank_cards(merchant, 1), base_url=BASE)
    assert "<img" not in html
    assert card_sheet_pdf(merchant=merchant, cards=blank_cards(merchant, 1), base_url=BASE).startswith(b"%PDF")


def test_card_sheet_pdf_without_cards_or_with_a_foreign_one_raises(
    merchant: Merchant, other_merchant: Merchant
) -> None:
    for cards in ([], [*blank_cards(merchant, 1), *blank_cards(other_merchant, 1)]):
        with pytest.raises(ValueError, match="cards of its merchant"):
            card_sheet_pdf(merchant=merchant, cards=cards, base_url=BASE)


def test_draw_opens_nothing_from_outside(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("body { color: red }")
    foreign = ["https://evil.example/a.css", secret.as_uri(), "local:../settings.css", "local:css/absent.css"]
    for address in foreign:
        with pytest.raises(ForeignAddress):
            draw(f'<link rel="stylesheet" href="{address}"><p>Hallo</p>')
        with pytest.raises(FatalURLFetchingError):
            LocalFetcher().fetch(address)
    with pytest.raises(ForeignAddress):
        draw('<img src="http://127.0.0.1:1/x.png">')


def test_draw_reads_the_house_s_style_sheet_and_data_in_the_page() -> None:
    sheet = LocalFetcher().fetch("local:css/print-cards.css").read()
    assert b"@page { size: A4" in sheet
    assert draw('<link rel="stylesheet" href="data:text/css,p{}"><p>Hallo</p>').startswith(b"%PDF")
