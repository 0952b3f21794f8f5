"""Every screen of the counter under axe: light and dark, narrow and wide, German and English."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from members import card_numbers
from members.audit import Actor
from members.domain.cards import block_card, rotating_text
from members.models import Card, ContactKind
from rewards.models import Booking
from tests import factories
from tests.browser.accessibility import findings, findings_in_both_languages
from tests.browser.conftest import OpenBrowser
from tests.browser.counter import Counter, say
from tests.browser.shop import Shop
from tests.members.wedge_scanner import Fault, typed
from tests.rewards.programs import book, spend, take_back

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


def _blocked_card(shop: Shop) -> Card:
    member = factories.make_member(shop.merchant, first_name="Clara", last_name="Sperr")
    card = factories.make_card(member)
    block_card(card=card, actor=Actor.of_staff(shop.manager), reason="verloren", at=timezone.now())
    return card


def _screens(shop: Shop) -> Iterator[tuple[str, str]]:
    """Make what each screen shows; yield the screen's name and address."""
    now, blocked = timezone.now(), _blocked_card(shop)
    earn = partial(book, till=shop.till, staff=shop.cashier)
    old = earn(shop.bruno, at=now - timedelta(seconds=settings.UNDO_SECONDS + 9))
    for name in ("home", "lookup", "scanner_check", "help"):
        yield name, reverse(f"counter:{name}")
    yield "member", reverse("counter:card", args=[shop.bruno.public_id])
    yield "member blocked", reverse("counter:card", args=[blocked.public_id])
    booked = earn(shop.anna, at=now)
    yield "booked", reverse("counter:booking", args=[booked.booking])
    yield "why booked", reverse("counter:why", args=[booked.booking])
    early = earn(shop.anna, at=now)
    yield "too early", reverse("counter:booking", args=[early.booking])
    yield "why too early", reverse("counter:why", args=[early.booking])
    yield "refused blocked", reverse("counter:booking", args=[earn(blocked, at=now).booking])
    yield "home with lines", reverse("counter:home")
    yield "redeem stale", reverse("counter:redeem", args=[shop.bruno.public_id])
    yield "redeem nothing", reverse("counter:redeem", args=[shop.anna.public_id])
    redeemed = spend(shop.bruno, shop.coffee, step=58_000_000, at=now, till=shop.till, staff=shop.cashier)
    yield "redeemed", reverse("counter:booking", args=[redeemed.booking])
    yield "shift end", reverse("counter:shift_end")
    take_back(redeemed, shop.merchant, at=now)
    yield "taken back", reverse("counter:booking", args=[redeemed.booking])
    yield "reverse", reverse("counter:reverse", args=[old.booking])
    yield "block", reverse("counter:block", args=[shop.anna.public_id])
    yield "unblock", reverse("counter:unblock", args=[blocked.public_id])
    yield "shift start", reverse("counter:shift_start")
    yield "pair", reverse("counter:pair")


def test_every_screen_is_accessible_and_fits_in_both_languages(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk, wrong = at_counter(), []
    for name, address in _screens(shop):
        desk.open(address)
        wrong += findings_in_both_languages(desk.page, name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("size", [(1024, 600), (600, 960)])
def test_results_are_seen_whole_on_a_small_tablet(
    at_counter: Callable[..., Counter], shop: Shop, size: tuple[int, int]
) -> None:
    desk = at_counter(size=size)
    too_tall = {}
    for name, address in _screens(shop):
        if name in {"booked", "too early", "refused blocked", "redeemed", "taken back"}:
            desk.open(address)
            too_tall[name] = desk.page.evaluate("() => document.scrollingElement.scrollHeight - innerHeight")
    assert too_tall == dict.fromkeys(too_tall, 0)
    assert len(too_tall) == 5


def _scan_nonsense(desk: Counter, shop: Shop) -> str:
    desk.open()
    desk.scan(shop.anna.number[:-1])
    expect(desk.page.locator("#scan-error")).to_be_visible()
    return "scan error"


def _search(desk: Counter, shop: Shop) -> str:
    desk.open("/counter/lookup/")
    expect(desk.page.locator("#q")).to_be_focused()
    desk.keys.by_hand("bruno")
    expect(desk.page.locator(".hit")).to_have_count(1)
    return f"hits for {shop.merchant.name}"


def _search_in_vain(desk: Counter, shop: Shop) -> str:
    desk.open("/counter/lookup/")
    expect(desk.page.locator("#q")).to_be_focused()
    desk.keys.by_hand("niemand")
    expect(desk.page.locator(".empty")).to_be_visible()
    return f"no hits for {shop.merchant.name}"


def _hand_out_a_used_card(desk: Counter, shop: Shop) -> str:
    desk.open("/counter/lookup/")
    desk.page.locator("#new-card").fill(shop.bruno.number)
    desk.page.locator("#new-card").press("Enter")
    expect(desk.page.locator("#new-card-error")).to_be_visible()
    return "card in use"


def _type_no_amount(desk: Counter, shop: Shop) -> str:
    desk.open(reverse("counter:card", args=[shop.bruno.public_id]))
    desk.page.locator("#amount").fill("1.234")
    desk.page.locator("#amount").press("Enter")
    expect(desk.page.locator("#amount-error")).to_be_visible()
    return "amount error"


def _confirm_a_reward(desk: Counter, shop: Shop) -> str:
    desk.open()
    desk.scan(rotating_text(card=shop.bruno, at=timezone.now()))
    desk.shows("ok", "Bruno M.")
    desk.open(reverse("counter:redeem", args=[shop.bruno.public_id]))
    expect(desk.page.locator(".fresh--ok")).to_be_visible()
    wrong = findings(desk.page, "redeem fresh")
    assert not wrong, "\n".join(wrong)
    desk.button(shop.coffee.name).click()
    desk.titled(say("Balance now") and shop.coffee.name)
    return "redeem confirm"


def _block_without_a_reason(desk: Counter, shop: Shop) -> str:
    desk.open(reverse("counter:block", args=[shop.anna.public_id]))
    _send_unchecked(desk, "Sperren")
    expect(desk.page.locator(".field__error")).to_be_visible()
    return "block error"


def _reverse_with_a_wrong_pin(desk: Counter, shop: Shop) -> str:
    newest = Booking.objects.for_merchant(shop.merchant).filter(kind="earn").latest("pk")
    desk.open(reverse("counter:reverse", args=[newest.public_id]))
    desk.page.locator("[name=pin]").fill("9753")
    _send_unchecked(desk, "Buchung stornieren")
    expect(desk.page.locator(".field__error")).to_have_count(1)
    return "reverse error"


def _scan_the_test_code(desk: Counter, shop: Shop) -> str:
    assert shop
    desk.open("/counter/scanner/")
    desk.scan(typed(card_numbers.test_text(), Fault(scanner="us", lock="letters")))
    expect(desk.page.locator(".notice--warn[role=alert]:visible")).to_be_visible()
    return "scanner result"


def _lose_the_connection(desk: Counter, shop: Shop) -> str:
    desk.open()
    desk.page.evaluate(
        "document.querySelectorAll('[data-lost], [data-idle-note]').forEach((bar) => (bar.hidden = false))"
    )
    assert shop
    return "bars above the screen"


def _send_unchecked(desk: Counter, button: str) -> None:
    """Send a form as a browser would that checks nothing itself."""
    desk.page.evaluate("document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
    desk.button(button).click()


def test_answers_to_forms_are_accessible_and_fit(at_counter: Callable[..., Counter], shop: Shop) -> None:
    factories.make_contact(shop.bruno.member, ContactKind.PHONE, value="+491761234567")
    desk, wrong = at_counter(), []
    for provoke in (
        _scan_nonsense,
        _search,
        _search_in_vain,
        _hand_out_a_used_card,
        _type_no_amount,
        _confirm_a_reward,
        _block_without_a_reason,
        _reverse_with_a_wrong_pin,
        _scan_the_test_code,
        _lose_the_connection,
    ):
        wrong += findings(desk.page, provoke(desk, shop))
    assert not wrong, "\n".join(wrong)


def test_pages_before_the_shift_are_accessible_with_errors(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser().new_page()
    page.goto("/counter/pair/")
    page.locator("[data-from-hash]").fill("FALSCH")
    page.locator("[data-from-hash]").press("Enter")
    expect(page.locator(".field__error")).to_be_visible()
    shop.till.refresh_from_db()
    assert shop.till.device_hash == ""
    wrong = findings(page, "pair error")
    assert not wrong, "\n".join(wrong)
