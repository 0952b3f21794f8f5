"""A merchant's colours: WCAG's own figures, refusals, and that whatever is derived can be read."""

import re
from dataclasses import asdict

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from loyalty_site.demo.shops import shops
from loyalty_site.web.colors import (
    DARK_PAPER,
    DESK,
    MINIMUM,
    PAIRS,
    PAPER,
    Theme,
    WeakColor,
    contrast,
    theme_for,
)

any_color = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def accepted(color: str) -> Theme | None:
    try:
        return theme_for(color)
    except WeakColor:
        return None


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_wcag_s_in_either_order(first: str, second: str, ratio: float) -> None:
    assert round(contrast(first, second), 2) == ratio
    assert contrast(first, second) == contrast(second, first)


@pytest.mark.parametrize("color", ["", "#fff", "red", "#12345g", "#1234567", "#123456; }"])
def test_theme_for_something_that_is_no_color_raises(color: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        theme_for(color)


@pytest.mark.parametrize(("color", "figure"), [("#ffcc00", "1.50"), ("#777777", "4.44"), ("#ffffff", "1.01")])
def test_theme_for_a_color_too_light_for_paper_is_refused_with_its_contrast(color: str, figure: str) -> None:
    with pytest.raises(WeakColor, match=rf"contrast {figure}, needed 4.5"):
        theme_for(color)


def test_theme_for_an_accepted_color_keeps_it_as_ink_and_head() -> None:
    theme = theme_for("#A8451C")
    assert (theme.light.ink, theme.light.brand_head, theme.light.on_ink) == ("#a8451c", "#a8451c", "#ffffff")
    assert theme.light.ink_press == "#943d19"
    assert theme.dark.brand_head == "#7e3415"


@given(any_color)
def test_theme_for_any_accepted_color_can_be_read_everywhere(color: str) -> None:
    theme = accepted(color)
    if theme is None:
        assert contrast(color, PAPER) < MINIMUM
        return
    light, dark = asdict(theme.light), asdict(theme.dark)
    for palette in (light, dark):
        assert all(contrast(palette[writing], palette[ground]) >= MINIMUM for writing, ground in PAIRS)
        assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in palette.values())
    assert contrast(theme.light.ink, PAPER) >= MINIMUM
    assert contrast(theme.light.ink_text, DESK) >= 5
    assert contrast(theme.dark.ink, DARK_PAPER) >= 7


def test_grounds_are_those_of_the_tokens() -> None:
    tokens = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    light, dark = tokens.split("prefers-color-scheme: dark", 1)
    assert f"--paper: {PAPER};" in light
    assert f"--desk: {DESK};" in light
    assert f"--paper: {DARK_PAPER};" in dark


def test_demo_shops_have_colors_that_are_accepted() -> None:
    assert all(accepted(plan.color) is not None for plan in shops(8))
