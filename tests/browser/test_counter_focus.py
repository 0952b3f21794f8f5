"""Where keys go and what comes in: stray keys, scans with the focus elsewhere, odd keyboards, odd texts, odd names."""

import uuid
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from loyalty_site.counter.forms import UNREADABLE
from members.card_numbers import UnreadableReason
from rewards.models import Booking
from tests import factories
from tests.browser.accessibility import sideways_scroll
from tests.browser.counter import Counter, say
from tests.browser.shop import Shop
from tests.members.wedge_scanner import FAULTS, typed
from tests.rewards.programs import balance

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

NAMES = (
    ("Zoë 👩‍👩‍👧‍👦", "🧁Törtchen"),
    ("مُحَمَّد", "الخوارزمي"),
    ("Donaudampfschifffahrtsgesellschaftskapitänin", "Ö"),
)


def _entries(shop: Shop) -> list[str]:
    newest_first = Booking.objects.for_merchant(shop.merchant).order_by("-pk")
    return list(newest_first.filter(card=shop.anna).values_list("entry", flat=True))


def test_stray_key_goes_into_the_scan_field(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open()
    desk.link("Ohne Karte").focus()
    desk.keys.by_hand(shop.anna.number)
    desk.shows("ok", "Anna B.")
    assert (balance(shop.anna, shop.stamps), _entries(shop)) == (1, ["manual"])


def test_tab_ends_a_scan(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open()
    desk.scan(shop.anna.number, end="Tab")
    desk.shows("ok", "Anna B.")
    assert (balance(shop.anna, shop.stamps), _entries(shop)) == (1, ["scan"])


def test_scan_with_the_focus_in_the_amount_books_the_card_and_leaves_the_amount(
    at_counter: Callable[..., Counter], shop: Shop
) -> None:
    desk = at_counter()
    desk.open(reverse("counter:card", args=[shop.bruno.public_id]))
    desk.page.locator("#amount").fill("12,4")
    desk.page.locator("#amount").evaluate("field => (window.amountField = field)")
    desk.scan(shop.anna.number)
    desk.shows("ok", "Anna B.")
    assert desk.page.evaluate("amountField.value") == "12,4"
    assert (balance(shop.anna, shop.stamps), _entries(shop)) == (1, ["scan"])


def test_scanners_on_other_layouts_and_with_caps_lock_are_read(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open()
    for fault in FAULTS:
        card = factories.make_card(merchant=shop.merchant)
        desk.scan(typed(f"K.{card.number}", fault))
        desk.shows("ok", card.grouped_number)
        assert balance(card, shop.stamps) == 1


def test_two_cards_scanned_in_one_go_are_both_booked(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open()
    desk.scan(shop.anna.number)
    desk.scan(shop.bruno.number)
    desk.shows("ok", "Bruno M.")
    assert (balance(shop.anna, shop.stamps), _entries(shop)) == (1, ["scan"])


def test_ten_thousand_characters_get_a_clear_answer_and_book_nothing(
    at_counter: Callable[..., Counter], shop: Shop
) -> None:
    desk, before = at_counter(), Booking.objects.for_merchant(shop.merchant).count()
    desk.open()
    desk.page.locator("#code").fill("A" * 10_000)
    desk.page.locator("#code").press("Enter")
    expect(desk.page.locator("#scan-error")).to_have_text(say(str(UNREADABLE[UnreadableReason.TOO_LONG])))
    desk.field_has_focus()
    assert sideways_scroll(desk.page) == 0
    assert Booking.objects.for_merchant(shop.merchant).count() == before


def test_odd_names_stay_within_a_narrow_screen(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter(size=(360, 740))
    for first, last in NAMES:
        member = factories.make_member(shop.merchant, first_name=first, last_name=last)
        card = factories.make_card(member)
        desk.open()
        desk.scan(card.number)
        desk.shows("ok", member.counter_name)
        assert (balance(card, shop.stamps), sideways_scroll(desk.page)) == (1, 0)
        for address in (reverse("counter:card", args=[card.public_id]), reverse("counter:home")):
            desk.open(address)
            expect(desk.page.locator("#counter")).to_contain_text(member.counter_name)
            assert (address, sideways_scroll(desk.page)) == (address, 0)


def test_each_form_of_a_page_has_a_request_id_of_its_own_kind(at_counter: Callable[..., Counter], shop: Shop) -> None:
    desk = at_counter()
    desk.open(reverse("counter:card", args=[shop.bruno.public_id]))
    for value in desk.page.locator("[name=request_id]").evaluate_all("fields => fields.map((field) => field.value)"):
        assert uuid.UUID(value)
