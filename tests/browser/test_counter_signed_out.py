"""What was lost on the way (session, form token, device, connection) is said, and nothing is booked."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import expect

from loyalty_site.counter.device import COOKIE
from rewards.models import Booking
from tests.browser.counter import Counter, say
from tests.browser.shop import Shop
from tests.browser.watch import Watch
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OVER = "The shift is over. Please enter your PIN; what was sent last was not booked."


@pytest.mark.parametrize("scripts", [True, False])
def test_lost_session_asks_for_the_pin_and_says_that_nothing_was_booked(
    at_counter: Callable[..., Counter], shop: Shop, scripts: bool
) -> None:
    desk = at_counter(scripts=scripts)
    desk.open()
    desk.page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    desk.page.locator("#code").fill(shop.anna.number)
    desk.page.locator("#code").press("Enter")
    expect(desk.page.locator(".messages")).to_have_text(say(OVER))
    expect(desk.button("Schicht starten")).to_be_visible()
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()


def test_expired_form_token_brings_a_new_page_that_says_to_scan_again(
    at_counter: Callable[..., Counter], shop: Shop, watch: Watch
) -> None:
    watch.expected = ("error: Response Status Error Code 403",)
    desk = at_counter()
    desk.open()
    desk.page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    desk.scan(shop.anna.number)
    expect(desk.page.locator("[data-lost=refused]")).to_be_visible()
    expect(desk.page.locator("[data-lost=refused]")).to_contain_text("Scanne noch einmal; doppelt gebucht wird nichts.")
    desk.field_has_focus()
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()
    desk.scan(shop.anna.number)
    desk.shows("ok", "Anna B.")
    expect(desk.page.locator("[data-lost=refused]")).to_be_hidden()
    assert balance(shop.anna, shop.stamps) == 1


def test_expired_form_token_without_scripts_shows_a_page_that_says_what_to_do(
    at_counter: Callable[..., Counter], shop: Shop
) -> None:
    desk = at_counter(scripts=False)
    desk.open()
    desk.page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    desk.page.locator("#code").fill(shop.anna.number)
    desk.page.locator("#code").press("Enter")
    expect(desk.page.locator("html")).to_have_attribute("lang", "de")
    expect(desk.page.locator("h1")).to_have_text(say("The form had been open too long"))
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()


def test_device_that_is_no_till_any_more_is_led_to_pairing(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open()
    desk.page.context.clear_cookies(name=COOKIE)
    desk.scan(shop.anna.number)
    desk.titled("Dieses Gerät ist noch keine Kasse")
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()


def test_lost_connection_is_said_and_the_same_card_books_once_it_is_back(
    at_counter: Callable[..., Counter], shop: Shop, watch: Watch
) -> None:
    watch.expected = ("error: Failed to load resource: net::ERR_INTERNET_DISCONNECTED", "error: htmx:")
    desk = at_counter()
    desk.open()
    desk.page.context.set_offline(True)
    desk.scan(shop.anna.number)
    expect(desk.page.locator("[data-lost=offline]")).to_contain_text("Keine Verbindung.")
    expect(desk.page.locator("[data-chip=offline]")).to_be_visible()
    assert not Booking.objects.for_merchant(shop.merchant).filter(card=shop.anna).exists()
    desk.page.context.set_offline(False)
    desk.scan(shop.anna.number)
    desk.shows("ok", "Anna B.")
    expect(desk.page.locator("[data-lost=offline]")).to_be_hidden()
    assert balance(shop.anna, shop.stamps) == 1
