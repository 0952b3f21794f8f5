"""Members, contacts, cards: looked up without a trace in addresses, corrected, blocked with a reason."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.audit import Actor
from members.domain.cards import block_card
from members.models import AuditEntry, Card, CardState, Contact, ContactKind, Member
from rewards.domain.earn import Sale, earn
from tests import factories
from tests.drawing import require_pango
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

MEMBERS, CARDS = "/admin/members/member/", "/admin/members/card/"


def member_form(shop: Shop, *contacts: dict[str, str], existing: int = 0, **fields: str) -> dict[str, str]:
    """Return a member's form with contacts, the first `existing` of them stored already."""
    form = {"first_name": "Eigen", "last_name": "EigenMitglied", "language": "de", "birth_date": ""} | fields
    form |= {"contacts-TOTAL_FORMS": str(len(contacts)), "contacts-INITIAL_FORMS": str(existing)}
    for number, contact in enumerate(contacts):
        form |= {f"contacts-{number}-{name}": value for name, value in contact.items()}
        form[f"contacts-{number}-member"] = str(shop.member.pk)
    return form


def save(client: Client, shop: Shop, *contacts: dict[str, str], existing: int = 0, **fields: str) -> int:
    """Send a member's form; return the answer's status."""
    address = reverse("office:members_member_change", args=[shop.member.pk])
    return client.post(address, member_form(shop, *contacts, existing=existing, **fields)).status_code


@pytest.mark.parametrize("sought", ["EigenMitglied", "eigen@example.org", "+49 170 1234567", "number", "spoken"])
def test_search_finds_people_by_all_that_they_say(desk: Client, shop: Shop, sought: str) -> None:
    factories.make_contact(shop.member, kind=ContactKind.PHONE, value="+491701234567")
    stranger = factories.make_member(shop.merchant, first_name="Zoe", last_name="Anders")
    number = shop.card.number
    text = {"number": f"K.{number}", "spoken": f"{number[:4]} {number[4:8]}-{number[8:]}".lower()}.get(sought, sought)
    for address, found in ((MEMBERS, f"{MEMBERS}{shop.member.pk}/"), (CARDS, f"{CARDS}{shop.card.pk}/")):
        answer = desk.post(address, {"sought": text})
        assert answer.headers["Location"] == address
        content = desk.get(address).content.decode()
        assert found in content
        assert f"{MEMBERS}{stranger.pk}/" not in content


def test_search_stays_out_of_every_address_and_of_the_log(desk: Client, shop: Shop) -> None:
    desk.post(MEMBERS, {"sought": "eigen@example.org"})
    page = desk.get(MEMBERS)
    links = [line for line in page.content.decode().split('"') if line.startswith(("?", "/admin"))]
    assert links
    assert not any("eigen@" in link or "eigen%40" in link for link in links)
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.new) == ("member.searched", {"found": 1})


def test_search_is_cleared_by_an_empty_one_and_too_short_ones_find_nobody(desk: Client, shop: Shop) -> None:
    desk.post(MEMBERS, {"sought": "Ei"})
    assert f"{MEMBERS}{shop.member.pk}/" not in desk.get(MEMBERS).content.decode()
    desk.post(MEMBERS, {"sought": "  "})
    assert f"{MEMBERS}{shop.member.pk}/" in desk.get(MEMBERS).content.decode()


def test_erased_members_are_not_listed_and_have_no_page(desk: Client, shop: Shop) -> None:
    Member.objects.for_merchant(shop.merchant).update(erased_at=timezone.now())
    assert f"{MEMBERS}{shop.member.pk}/" not in desk.get(MEMBERS).content.decode()
    assert desk.get(f"{MEMBERS}{shop.member.pk}/change/").status_code == 404


def test_corrected_name_is_kept_in_one_spelling_and_hidden_in_the_log(desk: Client, shop: Shop) -> None:
    own = {"id": str(shop.contact.pk), "kind": "email", "value": shop.contact.value}
    assert save(desk, shop, own, existing=1, first_name="  Anna  Maria ") == 302
    shop.member.refresh_from_db()
    assert shop.member.first_name == "Anna Maria"
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert entry.action == "member.changed"
    assert "Anna" not in str(entry.new) + str(entry.old)


@pytest.mark.parametrize(
    ("field", "value"), [("first_name", "www.example.org"), ("language", "xx"), ("birth_date", "x")]
)
def test_impossible_name_language_or_birthday_is_refused(desk: Client, shop: Shop, field: str, value: str) -> None:
    assert save(desk, shop, **{field: value}) == 200  # type: ignore[arg-type]  # one of the form's fields
    shop.member.refresh_from_db()
    assert (shop.member.first_name, shop.member.language) == ("Eigen", "de")


def test_new_contact_is_normalised_and_preferred_as_the_first_of_its_kind(desk: Client, shop: Shop) -> None:
    own = {"id": str(shop.contact.pk), "kind": "email", "value": shop.contact.value}
    assert save(desk, shop, own, {"kind": "phone", "value": "0170 / 123 45 67"}, existing=1) == 302
    made = Contact.objects.for_merchant(shop.merchant).get(kind="phone")
    assert (made.value, made.is_primary, made.confirmed_at) == ("+491701234567", True, None)
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.new) == ("member.contact_added", {"kind": "phone"})


def test_changed_contact_must_be_confirmed_anew(desk: Client, shop: Shop) -> None:
    Contact.objects.for_merchant(shop.merchant).update(confirmed_at=timezone.now())
    own = {"id": str(shop.contact.pk), "kind": "email", "value": "Neu@Example.org"}
    assert save(desk, shop, own, existing=1) == 302
    shop.contact.refresh_from_db()
    assert (shop.contact.value, shop.contact.confirmed_at, shop.contact.is_primary) == ("neu@example.org", None, True)


def test_saving_contacts_unchanged_keeps_them_confirmed(desk: Client, shop: Shop) -> None:
    at = timezone.now()
    Contact.objects.for_merchant(shop.merchant).update(confirmed_at=at)
    own = {"id": str(shop.contact.pk), "kind": "email", "value": shop.contact.value}
    assert save(desk, shop, own, existing=1) == 302
    shop.contact.refresh_from_db()
    assert shop.contact.confirmed_at == at


def test_removing_the_preferred_contact_prefers_the_next(desk: Client, shop: Shop) -> None:
    second = factories.make_contact(shop.member, value="zweite@example.org", is_primary=False)
    rows = [
        {"id": str(shop.contact.pk), "kind": "email", "value": shop.contact.value, "DELETE": "on"},
        {"id": str(second.pk), "kind": "email", "value": second.value},
    ]
    assert save(desk, shop, *rows, existing=2) == 302
    left = Contact.objects.for_merchant(shop.merchant).get()
    assert (left, left.is_primary) == (second, True)


@pytest.mark.parametrize(
    ("kind", "value"), [("email", "keine adresse"), ("phone", "123"), ("postal", "  "), ("fax", "1")]
)
def test_impossible_contact_is_refused(desk: Client, shop: Shop, kind: str, value: str) -> None:
    assert save(desk, shop, {"kind": kind, "value": value}) == 200
    assert Contact.objects.for_merchant(shop.merchant).count() == 1


def test_confirmation_cannot_be_sent_with_the_form(desk: Client, shop: Shop) -> None:
    own = {"id": str(shop.contact.pk), "kind": "email", "value": "neu@example.org", "confirmed_at": "2026-01-01"}
    assert save(desk, shop, own, existing=1) == 302
    shop.contact.refresh_from_db()
    assert shop.contact.confirmed_at is None


def test_blocking_asks_for_a_reason_and_stops_the_card(desk: Client, shop: Shop) -> None:
    address = reverse("office:card_block", args=[shop.card.pk])
    assert_clean(desk.get(address))
    assert desk.post(address, {"reason": "  "}).status_code == 422
    assert desk.post(address, {"reason": "Verloren gemeldet"}).status_code == 302
    shop.card.refresh_from_db()
    assert (shop.card.state, shop.card.state_reason) == (CardState.BLOCKED, "Verloren gemeldet")
    outcome = earn(
        merchant=shop.merchant,
        card_token=shop.card.number,
        sale=Sale(amount_cents=500),
        till=shop.till,
        staff=shop.cashier,
        request_id="blocked",
        at=timezone.now(),
    )
    assert [reason.code for reason in outcome.reasons] == ["card_blocked"]
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.reason) == ("card.blocked", "Verloren gemeldet")


def test_unblocking_returns_the_card_to_its_state(desk: Client, shop: Shop) -> None:
    Card.objects.for_merchant(shop.merchant).update(state=CardState.VERIFIED)
    shop.card.refresh_from_db()
    block_card(card=shop.card, actor=Actor.job("test"), reason="x", at=timezone.now())
    page = desk.get(f"{CARDS}{shop.card.pk}/change/").content.decode()
    assert reverse("office:card_unblock", args=[shop.card.pk]) in page
    assert reverse("office:card_block", args=[shop.card.pk]) + '"' not in page
    desk.post(reverse("office:card_unblock", args=[shop.card.pk]), {"reason": "wieder da"})
    shop.card.refresh_from_db()
    assert (shop.card.state, shop.card.state_reason) == (CardState.VERIFIED, "")


def test_blocking_twice_says_that_nothing_was_changed(desk: Client, shop: Shop) -> None:
    address = reverse("office:card_block", args=[shop.card.pk])
    desk.post(address, {"reason": "eins"})
    before = AuditEntry.objects.for_merchant(shop.merchant).count()
    desk.post(address, {"reason": "zwei"})
    shop.card.refresh_from_db()
    assert shop.card.state_reason == "eins"
    assert AuditEntry.objects.for_merchant(shop.merchant).count() == before


def test_card_page_says_what_it_holds(desk: Client, shop: Shop) -> None:
    shown = text_of(desk.get(f"{CARDS}{shop.card.pk}/change/"))
    assert "2 Stempel" in shown
    assert shop.card.grouped_number in shown


def test_booking_page_explains_itself(desk: Client, shop: Shop) -> None:
    page = desk.get(reverse("office:rewards_booking_change", args=[shop.booking.pk]))
    shown = text_of(page)
    assert "3 Stempel" in shown
    assert "für diesen Besuch" in shown
    assert_clean(page)


def test_blank_cards_come_as_a_sheet_and_are_written_down(desk: Client, shop: Shop) -> None:
    require_pango()
    answer = desk.post(reverse("office:cards_blank"), {"count": "3"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert Card.objects.for_merchant(shop.merchant).filter(member__isnull=True).count() == 3
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.new) == ("card.blank_issued", {"count": 3})


@pytest.mark.parametrize("count", ["0", "-1", "201", "viele", ""])
def test_impossible_number_of_blank_cards_makes_none(desk: Client, shop: Shop, count: str) -> None:
    assert desk.post(reverse("office:cards_blank"), {"count": count}).status_code == 422
    assert Card.objects.for_merchant(shop.merchant).count() == 1


@pytest.mark.parametrize("address", [MEMBERS, CARDS, "/admin/rewards/booking/", "/admin/rewards/account/"])
def test_lists_need_as_many_queries_for_three_rows_as_for_one(desk: Client, shop: Shop, address: str) -> None:
    with CaptureQueriesContext(connection) as one:
        desk.get(address)
    for number in range(2):
        card = factories.make_card(factories.make_member(shop.merchant, joined_store=shop.store))
        earn(
            merchant=shop.merchant,
            card_token=card.number,
            sale=Sale(amount_cents=500),
            till=shop.till,
            staff=shop.cashier,
            request_id=f"more-{number}",
            at=timezone.now(),
        )
    with CaptureQueriesContext(connection) as three:
        desk.get(address)
    assert len(three) == len(one)
