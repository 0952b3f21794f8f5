"""Key strokes with times of their own: a wedge scanner's are milliseconds apart, a hand's are not.

Sent through the browser's own protocol because Playwright's keyboard is as fast as the machine happens to be, and the
pages tell a scanner from a hand by speed. Each stroke carries its time, so a test neither waits nor depends on load.
"""

import time

from playwright.sync_api import Page

SCANNER_SECONDS = 0.006
HAND_SECONDS = 0.18
_NAMED = {"Enter": (13, "\r"), "Tab": (9, "")}


class Keyboard:
    """A scanner and a pair of hands at one keyboard; what is typed goes wherever the focus is."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._at = time.time()

    def scan(self, text: str, *, end: str = "Enter") -> None:
        """Type as a wedge scanner does, ending with Enter or Tab; an empty `end` sends neither."""
        self._type(text, end, SCANNER_SECONDS)

    def by_hand(self, text: str, *, end: str = "Enter") -> None:
        """Type as a person does."""
        self._type(text, end, HAND_SECONDS)

    def _type(self, text: str, end: str, gap: float) -> None:
        # A second after whatever was typed before, so that two texts are never taken for one.
        self._at = max(self._at + 1, time.time())
        for character in text:
            self._stroke(character, 0, character)
            self._at += gap
        if end:
            code, sent = _NAMED[end]
            self._stroke(end, code, sent)

    def _stroke(self, key: str, code: int, text: str) -> None:
        about = {"key": key, "code": key if code else "", "windowsVirtualKeyCode": code, "timestamp": self._at}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self._session.send("Input.dispatchKeyEvent", about | down)
        if code:
            self._session.send("Input.dispatchKeyEvent", about | {"type": "keyUp"})
