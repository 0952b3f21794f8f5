"""One Chromium for all tests here, a watched browser for each test, and a shop with a till to stand at."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from members.models import Card, Merchant, Staff, Till
from tests.browser.counter import Counter
from tests.browser.shop import Shop, make_shop
from tests.browser.watch import Watch
from tests.loyalty_site.counter.conftest import device_of, sign_in

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
#: For a busy machine; nothing waits that long when all is well.
PATIENCE_MS = 20_000
#: A tablet at the counter.
SIZE = (1024, 768)

OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. Playwright's loop runs in this thread, beside which Django refuses the database unless told."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    """What the pages of this test did wrong; must be nothing in the end."""
    watching = Watch(live_server.url)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def open_browser(chromium: Browser, live_server: LiveServer, watch: Watch) -> Iterator[OpenBrowser]:
    """Open a browser with no cookies: `open_browser(language="en", scripts=False, size=(360, 740))`."""
    opened: list[BrowserContext] = []

    def open_one(*, language: str = "de", scripts: bool = True, size: tuple[int, int] = SIZE) -> BrowserContext:
        context = chromium.new_context(
            base_url=live_server.url,
            locale={"de": "de-DE", "en": "en-GB"}[language],
            timezone_id="Europe/Berlin",
            java_script_enabled=scripts,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


def take_over(context: BrowserContext, client: Client, origin: str) -> None:
    """Give the browser the cookies of a test client: the same device, the same login."""
    for morsel in client.cookies.values():
        address = f"{origin}{morsel['path'] or '/'}"
        context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": address}])


@pytest.fixture
def shop(live_server: LiveServer, merchant: Merchant, till: Till, cashier: Staff, manager: Staff, card: Card) -> Shop:
    """A bakery with stamps, points, a time lock and two members."""
    return make_shop(merchant=merchant, till=till, cashier=cashier, manager=manager, anna=card)


@pytest.fixture
def at_counter(open_browser: OpenBrowser, live_server: LiveServer, shop: Shop) -> Callable[..., Counter]:
    """Stand at the shop's till with the shift begun: `at_counter(language="en")`."""

    def stand(**browser: object) -> Counter:
        context = open_browser(**browser)
        device = device_of(shop.till)
        assert sign_in(device, shop.cashier).status_code == 302
        take_over(context, device, live_server.url)
        return Counter(context.new_page())

    return stand
