"""The core job without any script: plain forms, plain links, the same bookings."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.audit import Actor
from members.domain.cards import rotating_text
from members.domain.tills import start_pairing
from rewards.models import Booking, Redemption
from tests.browser.conftest import OpenBrowser
from tests.browser.counter import Counter, say
from tests.browser.shop import BRUNOS_STAMPS, Shop
from tests.factories import PIN
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


def _type(desk: Counter, text: str) -> None:
    desk.page.locator("#code").fill(text)
    desk.page.locator("#code").press("Enter")


def test_scan_amount_redeem_and_undo_work_as_plain_forms(open_browser: OpenBrowser, shop: Shop) -> None:
    desk = Counter(open_browser(scripts=False).new_page())
    _pair_and_start(desk, shop)
    _type(desk, shop.anna.number)
    desk.shows("ok", "+1 Stempel", "Anna B.")
    assert balance(shop.anna, shop.stamps) == 1
    desk.press(desk.button("Rückgängig"))
    desk.shows("ok", say("Taken back"))
    assert balance(shop.anna, shop.stamps) == 0
    desk.press(desk.link("Karte öffnen"))
    expect(desk.page.locator("[data-keypad]")).to_be_hidden()
    desk.page.locator("#amount").fill("12.40")
    desk.page.locator("#amount").press("Enter")
    desk.shows("ok", "12 Punkte")
    assert Booking.objects.for_merchant(shop.merchant).latest("pk").amount_cents == 1240
    _redeem(desk, shop)


def _pair_and_start(desk: Counter, shop: Shop) -> None:
    code = start_pairing(till=shop.till, actor=Actor.job("test"), at=timezone.now())
    desk.open()
    desk.page.locator("[data-from-hash]").fill(code)
    desk.button("Gerät koppeln").click()
    desk.page.get_by_role("radio").first.check()
    desk.page.locator("[name=pin]").fill(PIN)
    desk.button("Schicht starten").click()
    desk.titled("Karte scannen")


def _redeem(desk: Counter, shop: Shop) -> None:
    _type(desk, rotating_text(card=shop.bruno, at=timezone.now()))
    desk.shows("ok", "Bruno M.")
    desk.link("Karte öffnen").click()
    desk.link("Einlösen").click()
    desk.button(shop.coffee.name).click()
    desk.button("Einlösen").click()
    desk.shows("ok", "Jetzt herausgeben")
    desk.button("Übergeben").click()
    expect(desk.page.locator(".badge", has_text="übergeben")).to_be_visible()
    assert Redemption.objects.for_merchant(shop.merchant).get().state == "handed_over"
    assert balance(shop.bruno, shop.stamps) == BRUNOS_STAMPS + 1 - 10


def test_page_that_was_booked_can_be_loaded_again_and_books_once(
    at_counter: Callable[..., Counter], shop: Shop
) -> None:
    desk = at_counter(scripts=False)
    desk.open()
    _type(desk, shop.anna.number)
    desk.shows("ok", "Anna B.")
    desk.page.reload()
    desk.shows("ok", "Anna B.")
    assert balance(shop.anna, shop.stamps) == 1
