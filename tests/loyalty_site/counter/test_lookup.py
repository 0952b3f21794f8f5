"""Without a card: searching is limited, on record without what was searched for, and shows masked data only."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty_site.counter.views.lookup import SEARCHES_IN_TEN_MINUTES
from members.models import AuditEntry, Card, CardState, ContactKind, Member, Merchant, Staff, Till
from rewards.models import Booking
from tests import factories
from tests.loyalty_site.counter.conftest import Answer, new_id
from tests.rewards.programs import balance, book, points_program, stamp_program


def _search(desk: Client, text: str) -> Answer:
    return desk.post(reverse("counter:lookup"), {"q": text})


def _issue(desk: Client, code: str, request_id: str = "") -> Answer:
    fields = {"code": code, "request_id": request_id or new_id()}
    return desk.post(reverse("counter:issue"), fields, follow=True)


def test_member_is_found_by_name_phone_mail_and_number_with_masked_data(
    desk: Client, member: Member, card: Card
) -> None:
    factories.make_contact(member, ContactKind.PHONE, value="+491761234567")
    factories.make_contact(member, ContactKind.EMAIL, value="anna@example.org")
    for text in ("Anna", "0176 1234567", "anna@example.org", card.grouped_number):
        page = _search(desk, text)
        (hit,) = page.context["results"]
        assert (hit.display_name, hit.card_number_masked) == ("Anna B.", card.masked_number)
        assert hit.url == reverse("counter:card", args=[card.public_id])
        shown = page.content.decode().replace(f'value="{text}"', "")
        assert "Beispiel" not in shown
        assert "+491761234567" not in shown
        assert "anna@example.org" not in shown


def test_search_is_on_record_with_till_and_person_but_without_the_text(
    desk: Client, merchant: Merchant, member: Member, till: Till, cashier: Staff
) -> None:
    _search(desk, "Anna")
    entry = AuditEntry.objects.for_merchant(merchant).get(action="members.searched")
    assert (entry.staff, entry.object_id, entry.new) == (cashier, str(till.pk), {"found": 1})
    assert "Anna" not in f"{entry.old}{entry.new}{entry.reason}{entry.actor}"
    assert member.pk


@pytest.mark.parametrize("text", ["", "An", "  a ", "\0\0\0"])
def test_search_with_less_than_three_characters_is_not_done(desk: Client, merchant: Merchant, text: str) -> None:
    page = _search(desk, text)
    assert page.context["results"] == []
    assert page.status_code in {200, 422}
    assert page.status_code == 200 or not AuditEntry.objects.for_merchant(merchant).filter(action="members.searched")


@pytest.mark.parametrize("text", ["🙂🙂🙂", "\u202eanna", "x" * 10_000, "' OR 1=1 --", "%%%", "____"])
def test_garbage_finds_nobody(desk: Client, member: Member, text: str) -> None:
    page = _search(desk, text)
    assert (page.status_code, page.context["results"], member.first_name) == (200, [], "Anna")


def test_search_too_often_at_a_till_is_refused(desk: Client, member: Member) -> None:
    for _ in range(SEARCHES_IN_TEN_MINUTES):
        assert _search(desk, "Anna").status_code == 200
    page = _search(desk, "Anna")
    assert (page.status_code, page.context["results"]) == (429, [])
    assert page.context["search_error"]
    assert member.pk


def test_search_finds_nobody_of_another_merchant(desk: Client, other_merchant: Merchant) -> None:
    stranger = factories.make_member(other_merchant, first_name="Anna", last_name="Fremd")
    factories.make_card(stranger)
    assert _search(desk, "Anna").context["results"] == []


def test_search_text_in_the_address_is_not_searched_for(desk: Client, merchant: Merchant, member: Member) -> None:
    page = desk.get(reverse("counter:lookup"), {"q": "Anna"})
    assert (page.context["results"], page.context["searched"], member.first_name) == ([], False, "Anna")
    assert not AuditEntry.objects.for_merchant(merchant).filter(action="members.searched").exists()


def test_member_with_several_cards_is_listed_once_with_a_usable_one(desk: Client, member: Member, card: Card) -> None:
    factories.make_card(member, state=CardState.BLOCKED, issued_at=factories.NOW.replace(year=2027))
    (hit,) = _search(desk, "Anna").context["results"]
    assert hit.card_number_masked == card.masked_number


def test_member_without_a_card_is_listed_without_an_address(desk: Client, member: Member) -> None:
    (hit,) = _search(desk, "Anna").context["results"]
    assert (hit.display_name, hit.url) == (member.counter_name, "")


def test_search_reads_the_same_number_of_statements_for_one_and_three_members(
    desk: Client, merchant: Merchant, card: Card
) -> None:
    counts = []
    for name in ("Anna", "Berta"):
        if name == "Berta":
            for _ in range(3):
                factories.make_card(factories.make_member(merchant, first_name="Berta"))
        _search(desk, name)
        with CaptureQueriesContext(connection) as statements:
            _search(desk, name)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert card.pk


def test_blank_card_handed_out_collects_at_once(desk: Client, merchant: Merchant) -> None:
    program, blank = stamp_program(merchant), factories.make_card(merchant=merchant)
    page = _issue(desk, blank.number)
    assert (page.templates[0].name, balance(blank, program)) == ("counter/booked.html", 1)
    blank.refresh_from_db()
    assert blank.member is None


def test_blank_card_handed_out_twice_by_one_request_is_booked_once(desk: Client, merchant: Merchant) -> None:
    program, blank, request_id = stamp_program(merchant), factories.make_card(merchant=merchant), new_id()
    first, again = _issue(desk, blank.number, request_id), _issue(desk, blank.number, request_id)
    assert (first.redirect_chain, balance(blank, program)) == (again.redirect_chain, 1)


def test_card_in_use_is_not_handed_out(desk: Client, merchant: Merchant, card: Card) -> None:
    program, used = stamp_program(merchant), factories.make_card(merchant=merchant)
    book(used)
    for taken in (card, used):
        page = _issue(desk, taken.number)
        assert (page.status_code, bool(page.context["new_card_error"])) == (422, True)
    assert (balance(card, program), balance(used, program)) == (0, 1)


@pytest.mark.parametrize("code", ["", "🙂", "Anna", "x" * 10_000])
def test_handing_out_what_is_no_card_is_said_beside_the_field(desk: Client, merchant: Merchant, code: str) -> None:
    page = _issue(desk, code)
    assert (page.status_code, page.templates[0].name) == (422, "counter/lookup.html")
    assert page.context["new_card_error"]
    assert not Booking.objects.for_merchant(merchant).exists()


def test_blank_card_where_an_amount_is_needed_asks_for_it(desk: Client, merchant: Merchant) -> None:
    points_program(merchant)
    page = _issue(desk, factories.make_card(merchant=merchant).number)
    assert (page.templates[0].name, page.context["amount"].focus) == ("counter/member.html", True)


def test_lookup_page_shows_where_customers_join(desk: Client, merchant: Merchant) -> None:
    page = desk.get(reverse("counter:lookup"))
    assert page.context["join_url"].endswith(f"/m/{merchant.slug}/")
    assert "<svg" in page.context["join_qr"]
