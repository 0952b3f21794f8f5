"""Looks at a page as axe does, in each size and colour scheme, and for what axe does not measure: sideways scrolling.

The page is loaded once and then resized and recoloured in place. `target-size` is switched on by hand: it is off in
axe by default.
"""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SIZES = ((360, 740), (1280, 800))
SCHEMES = ("light", "dark")
_OPTIONS: dict[str, Any] = {  # Any: as axe takes them
    "runOnly": {"type": "tag", "values": list(TAGS)},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What lies beyond the right edge of its record card, though nothing scrolls there.
_SPILLED = """() => [...document.querySelectorAll(".record *")].filter((element) => {
  const { width, right } = element.getBoundingClientRect();
  const isMeant = element.closest(".visually-hidden, .scroll, .stamps, svg svg, use, path, rect");
  return width > 1 && !isMeant && right > element.closest(".record").getBoundingClientRect().right + 1;
}).map((element) => element.outerHTML.slice(0, 120))"""
_OVERFLOW = "() => document.scrollingElement.scrollWidth - innerWidth"


def findings(page: Page, where: str) -> list[str]:
    """Return what is wrong with the page as it stands, one line each; empty when all is well."""
    page.evaluate(Axe().axe_script)
    found = [line for size in SIZES for line in _at_size(page, where, size)]
    page.emulate_media(color_scheme="light")
    return found


def findings_in_both_languages(page: Page, where: str) -> list[str]:
    """Return what is wrong with a German page, and with the same address in English."""
    expect(page.locator("html")).to_have_attribute("lang", "de")
    found = findings(page, f"{where} de")
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": page.url}])
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    found += findings(page, f"{where} en")
    page.context.clear_cookies(name=settings.LANGUAGE_COOKIE_NAME)
    return found


def sideways_scroll(page: Page, width: int = 360) -> int:
    """Return by how many pixels the page is wider than a window of that width."""
    page.set_viewport_size({"width": width, "height": 740})
    return max(0, int(page.evaluate(_OVERFLOW)))


def _at_size(page: Page, where: str, size: tuple[int, int]) -> Iterator[str]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if (wider := int(page.evaluate(_OVERFLOW))) > 0:
        yield f"{where} {size[0]}: scrolls sideways by {wider} px"
    yield from (f"{where} {size[0]}: sticks out of its card: {spilled}" for spilled in page.evaluate(_SPILLED))
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two words it takes
        results = page.evaluate("options => axe.run(document, options)", _OPTIONS)
        for violation in results["violations"]:
            for node in violation["nodes"]:
                said = (node["any"] or node["all"] or node["none"])[0]["message"]
                told = f"{violation['id']}: {node['target']} {node['html'][:120]} {said}"
                yield f"{where} {size[0]} {scheme}: {told}"
