"""The counter as somebody behind it uses it: scan, read the colour, go on with the keyboard.

Waits for what is to be seen and never for time. Sentences are looked up in the product's own catalogue by `say`, so
that a better wording breaks no test; what must be German is written out in the tests.
"""

import re

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from tests.browser.keyboard import Keyboard

MOST_TABS = 60


def say(text: str, language: str = "de", **values: object) -> str:
    """Return a sentence of the product in the page's language."""
    with translation.override(language):
        return translation.gettext(text) % values if values else translation.gettext(text)


class Counter:
    """One till in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = Keyboard(page)

    def open(self, address: str = "/counter/") -> None:
        """Load a page of the counter."""
        self.page.goto(address)

    def scan(self, code: str, *, end: str = "Enter") -> None:
        """Scan with a wedge scanner, wherever the focus is."""
        self.keys.scan(code, end=end)

    def shows(self, signal: str, *words: str | re.Pattern[str]) -> None:
        """Wait for a result of that colour (ok, attention, stop; empty for none) with these words on the desk."""
        for text in words:
            expect(self.page.locator("#counter")).to_contain_text(text)
        expect(self.page.locator("#counter")).to_have_attribute("data-signal", signal)

    def titled(self, title: str) -> None:
        """Wait for the screen with that heading."""
        expect(self.page.get_by_role("heading", name=title, exact=True).first).to_be_visible()

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to a control by Tab, as somebody without a mouse, and press a key on it."""
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                self.page.keyboard.press(key)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by Tab")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return the first button of the screen whose words begin with this name."""
        pattern = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}")
        return self.page.locator("#main").get_by_role("button", name=pattern).first

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """Return the first link of the screen whose words begin with this name."""
        pattern = name if isinstance(name, re.Pattern) else re.compile(f"^{re.escape(name)}")
        return self.page.locator("#main").get_by_role("link", name=pattern).first

    def field_has_focus(self) -> None:
        """Wait until a scan would go straight into the scan field."""
        expect(self.page.locator("#code")).to_be_focused()
