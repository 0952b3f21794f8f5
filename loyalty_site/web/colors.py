"""A merchant's one colour as a whole theme, light and dark, every pair of it readable.

Pure. Contrast is WCAG 2's: (L1 + 0.05) / (L2 + 0.05) of relative luminances, 1 to 21. A brand colour that does not
reach 4.5:1 on paper is refused (`WeakColor`): it would be writing that nobody can read. What is derived from a colour
that was accepted always holds the contrasts named at `PAIRS`; a test tries it with many.

Grounds are those of static/css/tokens.css (a test compares). Meaning colours (green, amber, red, blue) never change.
"""

import colorsys
import re
from dataclasses import dataclass
from typing import Final

MINIMUM: Final = 4.5
PAPER, DESK, DARK_PAPER = "#fffefc", "#eceae5", "#24202b"
BLACK, WHITE = "#000000", "#ffffff"

INK_ON_DARK, INK_TEXT_ON_DARK, INK_TEXT_ON_DESK = 7.0, 8.5, 5.0
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
#: Writing on its ground, in both palettes: each reaches 4.5:1.
PAIRS: Final = (
    ("on_ink", "ink"),
    ("on_ink", "ink_press"),
    ("ink_text", "ink_soft"),
    ("on_brand_head", "brand_head"),
)


class WeakColor(ValueError):
    """A colour that can't be read on paper; ``contrast`` says how far it gets, of the 4.5 it needs."""

    def __init__(self, contrast: float) -> None:
        super().__init__(f"contrast {contrast:.2f}, needed {MINIMUM}")
        self.contrast = contrast


@dataclass(frozen=True, slots=True)
class Palette:
    """The tokens that a merchant replaces, as ``#rrggbb``."""

    ink: str
    ink_press: str
    ink_soft: str
    on_ink: str
    ink_text: str
    brand_head: str
    on_brand_head: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A merchant's palettes for light and dark screens."""

    light: Palette
    dark: Palette


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 (equal) to 21 (black on white), in either order.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.

    Raises:
        ValueError: a colour is not ``#rrggbb``.
    """
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def theme_for(brand: str) -> Theme:
    """Return the theme of a brand colour.

    Raises:
        WeakColor: it does not reach 4.5:1 on paper.
        ValueError: it is not ``#rrggbb``.
    """
    on_paper = contrast(brand, PAPER)
    if on_paper < MINIMUM:
        raise WeakColor(on_paper)
    return Theme(light=_light(brand.lower()), dark=_dark(brand.lower()))


def _light(brand: str) -> Palette:
    """Return the palette on paper: white writes on whatever is dark enough to be read on it."""
    return Palette(
        ink=brand,
        ink_press=_mix(brand, BLACK, 0.12),
        ink_soft=_mix(PAPER, brand, 0.1),
        on_ink=WHITE,
        ink_text=_until(brand, BLACK, ground=DESK, wanted=INK_TEXT_ON_DESK),
        brand_head=brand,
        on_brand_head=WHITE,
    )


def _dark(brand: str) -> Palette:
    """Return the palette on dark paper: the same hue, light, with near-black writing on it."""
    ink = _lighter(brand, wanted=INK_ON_DARK)
    return Palette(
        ink=ink,
        ink_press=_mix(ink, WHITE, 0.25),
        ink_soft=_mix(DARK_PAPER, ink, 0.16),
        on_ink=_mix(BLACK, brand, 0.2),
        ink_text=_until(ink, WHITE, ground=DARK_PAPER, wanted=INK_TEXT_ON_DARK),
        brand_head=_mix(brand, BLACK, 0.25),
        on_brand_head=WHITE,
    )


def _lighter(color: str, *, wanted: float) -> str:
    """Return the colour with its lightness raised until it has the contrast on dark paper."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(color)))
    percent = round(lightness * 100)
    found = color
    while contrast(found, DARK_PAPER) < wanted and percent < 100:
        percent += 1
        red, green, blue = colorsys.hls_to_rgb(hue, percent / 100, saturation)
        found = _hex((red * 255, green * 255, blue * 255))
    return found


def _until(color: str, towards: str, *, ground: str, wanted: float) -> str:
    """Return the colour mixed towards black or white by as little as gives the contrast on the ground."""
    return next(
        found for percent in range(101) if contrast(found := _mix(color, towards, percent / 100), ground) >= wanted
    )


def _mix(color: str, other: str, part: float) -> str:
    """Return the colour with ``part`` (0 to 1) of the other one in it."""
    pairs = zip(_parts(color), _parts(other), strict=True)
    red, green, blue = (one + (two - one) * part for one, two in pairs)
    return _hex((red, green, blue))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _parts(color: str) -> tuple[int, int, int]:
    if not _HEX.fullmatch(color):
        raise ValueError("a colour is written #rrggbb")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in parts)
