"""Takes pictures of the pages of a running demo, to be looked at: ``python -m tests.browser.screens FOLDER``.

Needs a server with demo data (``make run``), its demo-access.json, and CHROMIUM, the path of a Chromium. Works like a
visitor: logs into the office as the owner, pairs the shop's last till, books on demo cards, so it leaves bookings in
the demo. Each page is taken in both languages, three widths, light and dark. What can not be reached is told.
"""

import argparse
import base64
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import zxingcpp
from django_otp.oath import totp
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
WIDTHS = (360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("de", "en")
TOTP_SECONDS = 30
Access = dict[str, Any]  # Any: one shop of demo-access.json


@dataclass
class Camera:
    """Takes one page in all its looks; `page` has scripts, and shares its cookies with whoever acts."""

    page: Page
    folder: Path
    url: str
    widths: Sequence[int] = WIDTHS
    taken: list[str] = field(default_factory=list)

    def take(self, name: str, address: str) -> None:
        """Load an address in each language and take it; say so when there is no such page."""
        for language in LANGUAGES:
            self.page.context.add_cookies([{"name": "django_language", "value": language, "url": self.url}])
            answer = self.page.goto(f"{self.url}{address}")
            if answer is None or answer.status >= 500 or (answer.status == 404 and "404" not in name):
                sys.stdout.write(f"no {name}: {answer.status if answer else 'no answer'} from {address}\n")
                return
            self.take_as_it_is(f"{name}-{language}")

    def take_as_it_is(self, name: str) -> None:
        """Take what is on the screen."""
        for width in self.widths:
            self.page.set_viewport_size({"width": width, "height": 800 if width > 500 else 740})
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                path = self.folder / f"{name}-{width}-{scheme}.png"
                self.page.screenshot(path=path, full_page=True)
                self.taken.append(path.name)


def take_doors(camera: Camera) -> None:
    """Take the pages before any login."""
    camera.take("door-front", "/")
    camera.take("door-login", "/accounts/login/")
    camera.take("door-404", "/nirgendwo/")
    camera.take("counter-pair", "/counter/pair/")


def take_office(camera: Camera, shop: Access) -> None:
    """Log in as the owner and take the start page and every page that the menu leads to."""
    _log_in(camera.page, camera.url, shop)
    menu = camera.page.locator(".office-nav a").evaluate_all("links => links.map((link) => link.pathname)")
    for address in dict.fromkeys(["/admin/", *menu]):
        camera.take(f"office-{address.strip('/').replace('/', '-')}", address)
    for model in ("rewards/program", "members/member", "members/card", "members/till", "fraud/limit"):
        camera.page.goto(f"{camera.url}/admin/{model}/")
        first = camera.page.locator("#result_list tbody th a").first
        if first.count():
            camera.take(f"office-one-{model.replace('/', '-')}", urlsplit(first.get_attribute("href") or "").path)


def _log_in(page: Page, url: str, shop: Access) -> None:
    owner = next(person for person in shop["staff"] if person["role"] == "owner")
    page.goto(f"{url}/accounts/login/?next=/admin/")
    page.locator("[name=login]").fill(owner["email"])
    page.locator("[name=password]").fill(owner["password"])
    page.locator("[name=password]").press("Enter")
    for _ in range(2):
        page.locator("[name=code]").fill(f"{totp(base64.b32decode(owner['totp_secret'])):06}")
        page.locator("[name=code]").press("Enter")
        page.wait_for_load_state()
        if urlsplit(page.url).path.startswith("/admin/"):
            return
        if not page.locator("[name=code]").count():
            break
        # A code opens once; whoever logged in less than half a minute ago waits for the next one.
        page.wait_for_timeout(TOTP_SECONDS * 1000)
    raise SystemExit("The owner's login was not accepted.")


def pair(camera: Camera, actor: Page) -> None:
    """Let the office show a pairing code for the shop's last till, and make this browser that till."""
    camera.page.goto(f"{camera.url}/admin/members/till/")
    tills = camera.page.locator("#result_list tbody th a").evaluate_all("links => links.map((link) => link.pathname)")
    numbers = [int(found.group(1)) for till in tills if (found := re.search(r"/(\d+)/", till))]
    camera.page.goto(f"{camera.url}/admin/members/till/{max(numbers)}/pair/")
    camera.page.locator("main form button[type=submit]").last.click()
    code = camera.page.locator(".pairing__code").inner_text()
    camera.take_as_it_is("office-pairing-code")
    actor.goto(f"{camera.url}/counter/pair/")
    actor.locator("[name=code]").fill(code)
    actor.locator("[name=code]").press("Enter")


def take_counter(camera: Camera, actor: Page, customer: Page, shop: Access) -> None:
    """Start a shift, book on demo cards, and take each screen on the way."""
    _share_cookies(actor, camera.page)
    camera.take("counter-shift-start", "/counter/shift/")
    cashier = [person for person in shop["staff"] if person["role"] == "cashier"][-1]
    actor.goto(f"{camera.url}/counter/shift/")
    actor.get_by_role("radio", name=re.compile(f"^{re.escape(cashier['name'])}")).check()
    actor.locator("[name=pin]").fill(cashier["pin"])
    actor.locator("[name=pin]").press("Enter")
    actor.wait_for_url("**/counter/")
    _share_cookies(actor, camera.page)
    for name in ("lookup", "scanner", "help"):
        camera.take(f"counter-{name}", f"/counter/{name}/")
    for name, address in chain(_booked(camera, actor, shop["cards"]), _redeemed(camera, actor, customer)):
        camera.take(f"counter-{name}", address)
    camera.take("counter-home", "/counter/")
    camera.take("counter-shift-end", "/counter/shift/end/")
    _take_errors(camera)


def _share_cookies(actor: Page, page: Page) -> None:
    """Let the page be the same till, in the same shift, as the actor."""
    page.context.add_cookies(actor.context.cookies())  # type: ignore[arg-type]  # what one gives, another takes


def _booked(camera: Camera, actor: Page, cards: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Book on demo cards, too early as well, undo, and block one; yield each screen's name and address."""
    for name, number in (("booked", cards[0]), ("booked-next", cards[1]), ("too-early", cards[0])):
        yield name, _scan(camera, actor, number)
    yield "why", f"{urlsplit(actor.url).path}why/"
    member = _card_of(camera, actor, cards[1])
    yield "member", member
    yield "redeem", f"{member}redeem/"
    lost = _card_of(camera, actor, cards[2])
    yield "block", f"{lost}block/"
    actor.goto(f"{camera.url}{lost}block/")
    actor.get_by_role("radio").first.check()
    actor.locator("[value=block]").click()
    yield "member-blocked", lost
    yield "unblock", f"{lost}unblock/"
    yield "stop", _scan(camera, actor, cards[2])


def _redeemed(camera: Camera, actor: Page, customer: Page) -> Iterator[tuple[str, str]]:
    """Redeem with the code that the customer's phone shows, and hand the reward over."""
    yield "fresh", _scan(camera, actor, _shown_code(customer))
    actor.locator("a[href^='/counter/card/']").first.click()
    _share_cookies(actor, camera.page)
    yield "redeem-fresh", f"{urlsplit(actor.url).path}redeem/"
    actor.goto(f"{camera.url}{urlsplit(actor.url).path}redeem/")
    reward = actor.locator(".reward-line:not([disabled])").first
    if not reward.count():
        sys.stdout.write("no redemption: the customer's balance is not enough any more\n")
        return
    reward.click()
    yield "redeem-confirm", actor.url.removeprefix(camera.url)
    actor.locator("main form button[type=submit]").first.click()
    yield "redeemed", urlsplit(actor.url).path


def _shown_code(customer: Page) -> str:
    """Read the QR code off the customer's screen, as a scanner does."""
    customer.reload()
    picture = Image.open(BytesIO(customer.locator("[data-rotating-code]").screenshot()))
    return str(zxingcpp.read_barcodes(picture)[0].text)


def _scan(camera: Camera, actor: Page, number: str) -> str:
    """Scan a card; return the address of what came of it."""
    actor.goto(f"{camera.url}/counter/")
    actor.locator("#code").fill(number)
    actor.locator("#code").press("Enter")
    actor.wait_for_load_state()
    return urlsplit(actor.url).path


def _card_of(camera: Camera, actor: Page, number: str) -> str:
    """Return the address of a card's page."""
    address = _scan(camera, actor, number)
    link = actor.locator("a[href^='/counter/card/']:not([href$='block/'])").first
    if link.count():
        link.click()
        return urlsplit(actor.url).path
    return address


def _take_errors(camera: Camera) -> None:
    page = camera.page
    page.context.add_cookies([{"name": "django_language", "value": "de", "url": camera.url}])
    page.goto(f"{camera.url}/counter/")
    page.locator("#code").fill("ABC123")
    page.locator("#code").press("Enter")
    page.locator("#scan-error").wait_for()
    camera.take_as_it_is("counter-scan-error-de")
    page.goto(f"{camera.url}/counter/lookup/")
    page.locator("#q").fill("mar")
    page.locator("#q").press("Enter")
    page.locator(".hit, .empty").first.wait_for()
    camera.take_as_it_is("counter-lookup-hits-de")


def take_portal(camera: Camera, shop: Access) -> None:
    """Take what a customer sees, before and after logging in."""
    start = f"/m/{shop['slug']}/"
    camera.take("portal-start", start)
    camera.page.goto(f"{camera.url}/accounts/login/?next={start}")
    camera.page.locator("[name=login]").fill(shop["customer"]["email"])
    camera.page.locator("[name=password]").fill(shop["customer"]["password"])
    camera.page.locator("[name=password]").press("Enter")
    camera.page.wait_for_load_state()
    for name in ("history", "card"):
        camera.take(f"portal-{name}", f"{start}{name}/")


def _visitor(browser: Browser, arguments: argparse.Namespace) -> Camera:
    context = browser.new_context(locale="de-DE", timezone_id="Europe/Berlin", reduced_motion="reduce")
    return Camera(context.new_page(), arguments.folder, arguments.url.rstrip("/"), arguments.widths)


def _take_all(browser: Browser, arguments: argparse.Namespace, shop: Access) -> int:
    """Take everything, each kind of visitor in a browser of their own; return how many pictures there are."""
    office, till, customer = (_visitor(browser, arguments) for _ in range(3))
    take_doors(customer)
    take_office(office, shop)
    # Acts without scripts, because then every result has an address of its own.
    actor = browser.new_context(java_script_enabled=False, locale="de-DE").new_page()
    pair(office, actor)
    take_portal(customer, shop)
    take_counter(till, actor, customer.page, shop)
    return sum(len(camera.taken) for camera in (office, till, customer))


def main(given: Sequence[str] | None = None) -> int:
    """Read the arguments, take the pictures, say how many."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running server")
    parser.add_argument("--access", type=Path, default=Path("var/demo-access.json"), help="its demo-access.json")
    parser.add_argument("--shop", type=int, default=0, help="which shop of the demo, from 0")
    parser.add_argument("--widths", type=lambda text: [int(part) for part in text.split(",")], default=WIDTHS)
    arguments = parser.parse_args(given)
    shop = json.loads(arguments.access.read_text(encoding="utf-8"))["merchants"][arguments.shop]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        try:
            count = _take_all(browser, arguments, shop)
        except Error as error:
            sys.stderr.write(f"screens: {error}\n")
            return 1
        finally:
            browser.close()
    sys.stdout.write(f"{count} pictures in {arguments.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
