"""A photo of the card, where the browser has no camera for pages: taken, sent by itself or by button, booked."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from rewards.models import Booking
from tests.browser.counter import Counter, say
from tests.browser.shop import Shop
from tests.loyalty_site.counter.photographs import photo_of
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


#: As on a computer without a camera, or a page without https.
NO_CAMERA = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"


def _photo(*texts: str) -> FilePayload:
    return FilePayload(name="karte.jpg", mimeType="image/jpeg", buffer=photo_of(*texts, turned=12))


def test_photo_is_sent_as_soon_as_it_is_taken(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.page.add_init_script(NO_CAMERA)
    desk.open()
    expect(desk.page.get_by_role("button", name="Kamera")).to_be_hidden()
    expect(desk.button("Foto senden")).to_have_count(0)
    desk.page.locator("input[name=photo]").set_input_files(_photo(f"K.{shop.anna.number}"))
    desk.shows("ok", "Anna B.")
    assert (balance(shop.anna, shop.stamps), Booking.objects.for_merchant(shop.merchant).latest("pk").entry) == (
        1,
        "scan",
    )


def test_photo_without_scripts_is_sent_by_its_button(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter(scripts=False)
    desk.open()
    desk.page.locator("input[name=photo]").set_input_files(_photo(f"K.{shop.anna.number}"))
    desk.button("Foto senden").click()
    desk.shows("ok", "Anna B.")
    assert balance(shop.anna, shop.stamps) == 1


def test_photo_without_a_code_says_what_to_do_and_books_nothing(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk, before = at_counter(), Booking.objects.for_merchant(shop.merchant).count()
    desk.page.add_init_script(NO_CAMERA)
    desk.open()
    desk.page.locator("input[name=photo]").set_input_files(_photo())
    words = say("There is no readable code in the photo. Go closer, avoid reflections, and try again.")
    expect(desk.page.locator("#scan-error")).to_have_text(words)
    assert Booking.objects.for_merchant(shop.merchant).count() == before
