"""The camera at the till: Chromium's fake camera, and a decoder that sees what the test holds in front of it.

Headless Chromium on Linux has no decoder of its own, so `window.inSight` stands for what the real one would read. All
else is real: the stream, the script, the bookings.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from rewards.models import Booking
from tests.browser.counter import Counter, say
from tests.browser.shop import BRUNOS_STAMPS, Shop
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

DECODER = """window.inSight = "";
window.looks = 0;
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { window.looks += 1; return window.inSight ? [{ rawValue: window.inSight }] : []; }
};"""
DENIED = "The browser does not let us use the camera. Allow it in the address bar, then tap the camera again."
REFUSED = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));"""


def _hold(desk: Counter, code: str) -> None:
    """Hold a code in front of the camera until it was looked at a few times."""
    desk.page.evaluate("code => { window.inSight = code; window.looks = 0; }", code)
    desk.page.evaluate("async () => { while (window.looks < 4) await new Promise((go) => setTimeout(go, 20)); }")


def test_camera_stays_open_from_card_to_card_and_books_each_once(
    at_counter: Callable[..., Counter], shop: Shop
) -> None:
    desk = at_counter()
    desk.page.add_init_script(DECODER)
    desk.open()
    expect(desk.page.locator("form[data-photo]")).to_be_hidden()
    desk.press(desk.button("Kamera"))
    expect(desk.page.locator("#camera video")).to_be_visible()
    _hold(desk, f"K.{shop.anna.number}")
    desk.shows("ok", "+1 Stempel", "Anna B.")
    _hold(desk, f"K.{shop.anna.number}")
    _hold(desk, f"K.{shop.bruno.number}")
    desk.shows("ok", "+1 Stempel", "Bruno M.")
    expect(desk.page.locator("#camera video")).to_be_visible()
    booked = Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).values_list("outcome", "entry")
    assert list(booked) == [("posted", "scan")]
    assert balance(shop.bruno, shop.stamps) == BRUNOS_STAMPS + 1


def test_camera_closes_by_escape_and_lets_go_of_the_device(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.page.add_init_script(DECODER)
    desk.open()
    desk.press(desk.button("Kamera"))
    video = desk.page.locator("#camera video")
    expect(video).to_be_visible()
    video.evaluate("shown => (window.track = shown.srcObject.getVideoTracks()[0])")
    desk.page.keyboard.press("Escape")
    expect(video).to_be_hidden()
    assert desk.page.evaluate("track.readyState") == "ended"
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()


def test_camera_that_is_not_allowed_says_what_to_do(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.page.add_init_script(DECODER + REFUSED)
    desk.open()
    desk.press(desk.button("Kamera"))
    expect(desk.page.locator("#camera-note")).to_have_text(say(DENIED))
    expect(desk.page.locator("#camera")).to_be_hidden()
    desk.scan(shop.anna.number)
    desk.shows("ok", "Anna B.")
    assert balance(shop.anna, shop.stamps) == 1
