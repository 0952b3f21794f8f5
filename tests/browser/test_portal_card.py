"""The customer's card page on a phone: the code is there, and another one after a while."""

from collections.abc import Callable
from io import BytesIO

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rewards.models import Redemption
from tests import factories
from tests.browser.accessibility import findings_in_both_languages, sideways_scroll
from tests.browser.conftest import OpenBrowser, take_over
from tests.browser.counter import Counter, say
from tests.browser.shop import BRUNOS_STAMPS, Shop
from tests.browser.watch import Watch
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

RENEWED_AFTER_MS = 26_000


@pytest.fixture
def phone(open_browser: OpenBrowser, live_server: LiveServer, shop: Shop) -> Page:
    """Bruno's phone, logged in."""
    user = factories.make_user(email="bruno@example.org")
    assert shop.bruno.member is not None
    shop.bruno.member.user = user
    shop.bruno.member.save()
    client, context = Client(), open_browser(size=(360, 740))
    client.force_login(user)
    take_over(context, client, live_server.url)
    return context.new_page()


def _address(shop: Shop, name: str = "card") -> str:
    return reverse(f"portal:{name}", args=[shop.merchant.slug])


def _read(page: Page) -> str:
    """Read the code off the screen, as a scanner does."""
    picture = Image.open(BytesIO(page.locator("[data-rotating-code]").screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    return str(code.text)


def test_code_on_the_phone_redeems_at_the_counter(phone: Page, at_counter: Callable[..., Counter], shop: Shop) -> None:
    phone.goto(_address(shop))
    desk = at_counter()
    desk.open()
    desk.scan(_read(phone))
    desk.shows("ok", "Bruno M.")
    desk.press(desk.link("Karte öffnen"))
    desk.press(desk.link("Einlösen"))
    desk.press(desk.button(shop.coffee.name))
    desk.press(desk.button("Einlösen"))
    desk.shows("ok", "Jetzt herausgeben")
    redemption = Redemption.objects.for_merchant(shop.merchant).get()
    assert (redemption.card, balance(shop.bruno, shop.stamps)) == (shop.bruno, BRUNOS_STAMPS + 1 - 10)
    phone.reload()
    expect(phone.locator("main")).to_contain_text(say("%(filled)s of %(goal)s", filled=3, goal=10))


def test_code_renews_itself_before_it_ends(phone: Page, shop: Shop) -> None:
    phone.clock.install()
    phone.goto(_address(shop))
    expect(phone.locator("[data-rotating-count]")).to_be_visible()
    phone.locator("[data-rotating-code] svg").evaluate("code => (code.dataset.old = 'yes')")
    with phone.expect_response(lambda answer: answer.url.endswith(_address(shop, "code"))):
        phone.clock.fast_forward(RENEWED_AFTER_MS)
    expect(phone.locator("[data-old]")).to_have_count(0)
    assert shop.bruno.number in _read(phone)


def test_phone_without_connection_keeps_the_code_and_says_what_it_is_good_for(
    phone: Page, shop: Shop, watch: Watch
) -> None:
    watch.expected = ("error: Failed to load resource: net::ERR_INTERNET_DISCONNECTED",)
    phone.clock.install()
    phone.goto(_address(shop))
    phone.context.set_offline(True)
    phone.clock.fast_forward(RENEWED_AFTER_MS)
    said = say("No connection. This code still collects; redeeming needs a fresh one.")
    expect(phone.locator("[data-rotating-offline]")).to_have_text(said)
    assert shop.bruno.number in _read(phone)


def test_pages_of_the_portal_are_accessible_and_fit_in_both_languages(
    phone: Page, open_browser: OpenBrowser, shop: Shop
) -> None:
    wrong: list[str] = []
    for name in ("card", "history", "home"):
        phone.goto(_address(shop, name))
        wrong += findings_in_both_languages(phone, name)
    stranger = open_browser().new_page()
    stranger.goto(_address(shop, "home"))
    wrong += findings_in_both_languages(stranger, "home of a stranger")
    assert not wrong, "\n".join(wrong)


def test_odd_name_stays_within_the_phone(phone: Page, shop: Shop) -> None:
    assert shop.bruno.member is not None
    shop.bruno.member.first_name = "Donaudampfschifffahrtsgesellschaftskapitänin 👩‍👩‍👧"
    shop.bruno.member.last_name = "الخوارزمي"
    shop.bruno.member.save()
    phone.goto(_address(shop))
    expect(phone.locator("main")).to_contain_text("الخوارزمي")
    assert sideways_scroll(phone) == 0
