"""A day at the till, from pairing the device to the end of the shift, by keyboard and scanner.

One browser for the whole story, as in a shop: what one screen leaves behind meets the next one.
"""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members import card_numbers
from members.audit import Actor
from members.domain.cards import rotating_text
from members.domain.tills import start_pairing
from members.models import CardState, Shift
from rewards.domain.proof import prove
from rewards.models import Booking, Redemption
from tests.browser.conftest import OpenBrowser
from tests.browser.counter import Counter, say
from tests.browser.shop import BRUNOS_STAMPS, Shop
from tests.factories import PIN
from tests.members.wedge_scanner import Fault, typed
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


def test_story_of_a_day_at_the_till_in_german(open_browser: OpenBrowser, shop: Shop) -> None:
    desk = Counter(open_browser().new_page())
    _pair_the_device(desk, shop)
    _start_the_shift(desk, shop)
    _stamp_one_card_after_the_other(desk, shop)
    _stamp_too_early_and_read_why(desk, shop)
    _undo_from_the_list(desk, shop)
    _book_an_amount(desk, shop)
    _redeem_with_a_fresh_code(desk, shop)
    _find_without_a_card_and_block(desk, shop)
    _check_the_scanner(desk)
    _end_the_shift(desk, shop)
    assert prove(merchant=shop.merchant) == ()


def _pair_the_device(desk: Counter, shop: Shop) -> None:
    code = start_pairing(till=shop.till, actor=Actor.job("test"), at=timezone.now())
    desk.open()
    desk.titled("Dieses Gerät ist noch keine Kasse")
    desk.keys.by_hand(card_numbers.grouped(code).lower())
    desk.titled(_greeting())
    shop.till.refresh_from_db()
    assert shop.till.device_hash != ""


def _greeting() -> str:
    hour = timezone.localtime().hour
    return ("Guten Morgen" if hour < 11 else "Guten Abend" if hour >= 17 else "Guten Tag") + ". Wer ist da?"


def _start_the_shift(desk: Counter, shop: Shop) -> None:
    desk.page.get_by_role("radio", name=re.compile(shop.cashier.name)).check()
    expect(desk.page.get_by_role("heading", name=f"PIN von {shop.cashier.name}")).to_be_visible()
    for digit in PIN:
        desk.page.get_by_role("button", name=digit, exact=True).click()
    desk.button("Schicht starten").click()
    desk.titled("Karte scannen")
    desk.field_has_focus()
    shift = Shift.objects.for_merchant(shop.merchant).get()
    assert (shift.staff, shift.till, shift.ended_at) == (shop.cashier, shop.till, None)


def _stamp_one_card_after_the_other(desk: Counter, shop: Shop) -> None:
    desk.scan(shop.anna.number)
    desk.shows("ok", "+1 Stempel", "Anna B.", say("%(balance)s of %(goal)s", balance=1, goal=10))
    assert balance(shop.anna, shop.stamps) == 1
    desk.field_has_focus()
    desk.scan(f"K.{shop.bruno.number}")
    desk.shows("ok", "+1 Stempel", "Bruno M.")
    expect(desk.page.get_by_text("Anna B.")).to_have_count(0)
    assert balance(shop.bruno, shop.stamps) == BRUNOS_STAMPS + 1
    booked = Booking.objects.for_merchant(shop.merchant).order_by("-pk")[:2]
    assert [(b.entry, b.till, b.staff) for b in booked] == [("scan", shop.till, shop.cashier)] * 2


def _stamp_too_early_and_read_why(desk: Counter, shop: Shop) -> None:
    desk.scan(shop.anna.number)
    desk.shows("attention", "Anna B.")
    refused = Booking.objects.for_merchant(shop.merchant).latest("pk")
    assert (refused.outcome, balance(shop.anna, shop.stamps)) == ("refused", 1)
    next_at = timezone.localtime(datetime.fromisoformat(refused.result["reasons"][0]["params"]["next_at"]))
    expect(desk.page.locator(".wait b")).to_have_text(f"{next_at.hour}:{next_at:%M}")
    desk.press(desk.link("Warum?"))
    desk.titled("Regel für Regel")
    expect(desk.page.locator(".rule")).to_have_count(2)
    desk.press(desk.link("Zurück"))
    desk.shows("attention", "Anna B.")


def _undo_from_the_list(desk: Counter, shop: Shop) -> None:
    desk.press(desk.page.locator(".brand"))
    desk.titled("Zuletzt gebucht")
    line = desk.page.locator(".ledger__line", has_text="Anna B.")
    desk.press(line.get_by_role("button"))
    desk.shows("ok", say("Taken back"), "Anna B.")
    assert balance(shop.anna, shop.stamps) == 0
    assert Booking.objects.for_merchant(shop.merchant).latest("pk").kind == "undo"


def _book_an_amount(desk: Counter, shop: Shop) -> None:
    desk.press(desk.link("Karte öffnen"))
    desk.page.locator("body").press("1")  # a stray digit goes into the amount
    expect(desk.page.locator("#amount")).to_be_focused()
    desk.keys.by_hand("2,", end="")
    desk.page.locator("[data-keypad=amount]").get_by_role("button", name="4", exact=True).click()
    desk.page.locator("[data-keypad=amount]").get_by_role("button", name="0", exact=True).click()
    expect(desk.page.locator("#amount")).to_have_value("12,40")
    desk.page.locator("#amount").press("Enter")
    desk.shows("ok", "Anna B.", "12 Punkte")
    booking = Booking.objects.for_merchant(shop.merchant).latest("pk")
    assert (booking.amount_cents, booking.entry) == (1240, "manual")
    assert (balance(shop.anna, shop.points), balance(shop.anna, shop.stamps)) == (12, 1)


def _redeem_with_a_fresh_code(desk: Counter, shop: Shop) -> None:
    desk.scan(rotating_text(card=shop.bruno, at=timezone.now()))
    desk.shows("attention", "Bruno M.")
    desk.press(desk.link("Karte öffnen"))
    desk.press(desk.link("Einlösen"))
    desk.titled("Jetzt einlösen")
    desk.press(desk.button(shop.coffee.name))
    desk.titled(shop.coffee.name)
    desk.press(desk.button("Einlösen"))
    desk.shows("ok", shop.coffee.name, "Jetzt herausgeben", shop.coffee.description)
    redemption = Redemption.objects.for_merchant(shop.merchant).get()
    assert (redemption.state, balance(shop.bruno, shop.stamps)) == ("reserved", BRUNOS_STAMPS + 1 - 10)
    desk.press(desk.button("Übergeben"))
    expect(desk.page.locator(".badge", has_text="übergeben")).to_be_visible()
    redemption.refresh_from_db()
    assert (redemption.state, redemption.handed_over_by) == ("handed_over", shop.cashier)


def _find_without_a_card_and_block(desk: Counter, shop: Shop) -> None:
    desk.press(desk.page.locator(".brand"))
    desk.press(desk.link("Ohne Karte"))
    expect(desk.page.locator("#q")).to_be_focused()
    desk.keys.by_hand("anna")
    desk.press(desk.link("Anna B."))
    desk.press(desk.link("Sperren oder ersetzen"))
    desk.press(desk.page.get_by_role("radio").first, "Space")
    desk.press(desk.button("Sperren"))
    desk.shows("attention", "Anna B.", say("The card is blocked. Nothing on it is lost."))
    shop.anna.refresh_from_db()
    assert shop.anna.state == CardState.BLOCKED
    desk.scan(shop.anna.number)
    desk.shows("stop", say("Card is blocked"), "Anna B.")
    assert (balance(shop.anna, shop.points), balance(shop.anna, shop.stamps)) == (12, 1)


def _check_the_scanner(desk: Counter) -> None:
    desk.press(desk.page.locator("header").get_by_role("link", name="Hilfe"))
    desk.press(desk.link("Scanner prüfen"))
    expect(desk.page.locator("#test")).to_be_focused()
    desk.scan(typed(card_numbers.test_text(), Fault(scanner="us")))
    desk.shows("ok", say("The scanner is set to a US keyboard. It works all the same."))
    expect(desk.page.locator("[data-chip=known]")).to_be_visible()


def _end_the_shift(desk: Counter, shop: Shop) -> None:
    desk.press(desk.page.locator(".brand"))
    desk.press(desk.link("Schicht beenden"))
    desk.titled("Reserviert, nicht übergeben")
    desk.press(desk.button("Schicht beenden"))
    desk.titled(_greeting())
    assert Shift.objects.for_merchant(shop.merchant).get().ended_at is not None


def test_story_of_a_day_at_the_till_in_english(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter(language="en")
    desk.open()
    desk.titled("Scan a card")
    desk.scan(shop.anna.number)
    desk.shows("ok", "Anna B.", "1 of 10")
    desk.press(desk.button("Undo"))
    desk.shows("ok", "Taken back")
    assert balance(shop.anna, shop.stamps) == 0
    desk.scan(rotating_text(card=shop.bruno, at=timezone.now()))
    desk.shows("ok", "Bruno M.")
    desk.press(desk.link("Open the card"))
    desk.press(desk.link("Redeem"))
    desk.press(desk.button(shop.coffee.name))
    desk.press(desk.button("Redeem"))
    desk.shows("ok", "Hand it over now")
    desk.press(desk.button("Handed over"))
    expect(desk.page.locator(".badge", has_text="handed over")).to_be_visible()
    assert Redemption.objects.for_merchant(shop.merchant).get().state == "handed_over"
