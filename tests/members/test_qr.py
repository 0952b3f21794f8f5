"""QR codes: another library reads back what was drawn, codes are as small as the design says, the SVG is harmless."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from members.card_numbers import test_text as scanner_test_text
from members.qr import QUIET_ZONE, matrix, svg

CARD = "K.4DJJW4FWA05W"
ROTATING = "T.4DJJW4FWA05W.0A1B2C3D"
ADDRESS = "HTTPS://TREUE.EXAMPLE/M/BAECKEREI-HOLTMANN/K/4DJJW4FWA05W"
Matrix = tuple[tuple[bool, ...], ...]
SVG = "{http://www.w3.org/2000/svg}"


def read(image: Matrix) -> str:
    """Return what a decoder reads from dark and light modules, drawn 6 pixels wide with a quiet zone."""
    pixels = np.where(np.array(image), 0, 255).astype(np.uint8)
    pixels = np.pad(pixels, QUIET_ZONE, constant_values=255).repeat(6, axis=0).repeat(6, axis=1)
    found = zxingcpp.read_barcodes(pixels)
    assert len(found) == 1
    return str(found[0].text)


def drawn(markup: str) -> Matrix:
    """Return the modules that the SVG's path fills, its quiet zone removed, from the rectangles of its path."""
    root = ET.fromstring(markup)  # noqa: S314  # our own markup
    size = int(root.attrib["viewBox"].split()[2])
    ink = np.zeros((size, size), dtype=bool)
    path = root.find(f"{SVG}path")
    assert path is not None
    rectangles = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path.attrib["d"])
    assert "".join(f"M{x} {y}h{w}v1h-{back}z" for x, y, w, back in rectangles) == path.attrib["d"]
    for x, y, width, back in rectangles:
        assert width == back
        ink[int(y), int(x) : int(x) + int(width)] = True
    inside = ink[QUIET_ZONE:-QUIET_ZONE, QUIET_ZONE:-QUIET_ZONE]
    assert inside.sum() == ink.sum(), "ink in the quiet zone"
    return tuple(tuple(map(bool, row)) for row in inside)


def version(text: str, level: str) -> int:
    return (len(matrix(text, level)) - 17) // 4


@pytest.mark.parametrize("text", [CARD, ROTATING, ADDRESS, ADDRESS.lower(), scanner_test_text(), "Grüße, 40 % 🎂"])
@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_matrix_is_read_back_by_a_decoder(text: str, level: str) -> None:
    assert read(matrix(text, level)) == text


@settings(max_examples=25)
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=120))
def test_matrix_of_any_scannable_text_is_read_back(text: str) -> None:
    assert read(matrix(text)) == text


@pytest.mark.parametrize(
    ("text", "level", "expected"),
    [
        (CARD, "Q", 1),
        (ROTATING, "M", 2),
        (ROTATING, "Q", 2),
        ("W.4DJJW4FWA05W.94287082", "M", 2),
        (ADDRESS[:54], "M", 3),
        (ADDRESS[:54].lower(), "M", 4),
        (scanner_test_text(), "M", 3),
    ],
)
def test_matrix_is_as_small_as_the_design_says(text: str, level: str, expected: int) -> None:
    assert version(text, level) == expected


def test_matrix_survives_the_damage_its_level_allows() -> None:
    """A coffee stain of a fifth of the width: level H still reads, which a flat copy of level L does not."""
    stained = {}
    for level in "LH":
        image = np.array(matrix(ADDRESS, level))
        width = len(image)
        side = width // 4
        image[width // 2 : width // 2 + side, width // 2 : width // 2 + side] = True
        pixels = np.pad(np.where(image, 0, 255).astype(np.uint8), QUIET_ZONE, constant_values=255)
        found = zxingcpp.read_barcodes(pixels.repeat(6, axis=0).repeat(6, axis=1))
        stained[level] = [result.text for result in found]
    assert stained == {"L": [], "H": [ADDRESS]}


@pytest.mark.parametrize(("text", "level"), [("", "M"), (CARD, "X"), (CARD, ""), (CARD, "LM")])
def test_matrix_without_text_or_level_raises(text: str, level: str) -> None:
    with pytest.raises(ValueError, match="needs a text and a level"):
        matrix(text, level)


def test_matrix_of_more_than_the_largest_code_holds_raises() -> None:
    assert version("A" * 1852, "H") == 40
    with pytest.raises(ValueError, match="too long"):
        matrix("A" * 1853, "H")


@pytest.mark.parametrize("text", [CARD, ROTATING, ADDRESS])
def test_svg_draws_the_matrix_with_a_quiet_zone_of_four(text: str) -> None:
    markup = svg(text, level="Q")
    assert drawn(markup) == matrix(text, "Q")
    size = len(matrix(text, "Q")) + 8
    assert f'viewBox="0 0 {size} {size}"' in markup


def test_svg_is_inline_and_passes_a_strict_csp() -> None:
    root = ET.fromstring(svg(CARD, title="Karte"))  # noqa: S314  # our own markup
    assert [element.tag for element in root.iter()] == [f"{SVG}{tag}" for tag in ("svg", "title", "rect", "path")]
    attributes = [name for element in root.iter() for name in element.attrib]
    assert sorted(attributes) == sorted(
        ["class", "viewBox", "role", "shape-rendering", "width", "height", "fill", "fill", "d"]
    )
    assert root.attrib["class"] == "qr__code"
    assert root.attrib["role"] == "img"
    assert svg(CARD).startswith("<svg ")


def test_svg_escapes_its_title() -> None:
    title = """</title><script>alert("Bäckerei & 'Café'")</script>"""
    markup = svg(CARD, title=title)
    assert "<script" not in markup
    assert ET.fromstring(markup).findtext(f"{SVG}title") == title  # noqa: S314  # our own markup


def test_svg_without_a_title_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in svg(CARD)
    assert "<title>" not in svg(CARD)
    assert "aria-hidden" not in svg(CARD, title="Karte")


def test_svg_never_holds_the_text_itself() -> None:
    assert "4DJJ" not in svg(CARD, title="Karte")
