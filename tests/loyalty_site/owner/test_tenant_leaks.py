"""Nothing of another shop is seen or touched in the office, by any list, form, filter, address or trick.

Every test first shows that what could leak is there, or that the same way works for one's own.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse

from fraud.models import Assessment
from loyalty_site.owner.routes import routes
from loyalty_site.owner.site import office
from members import audit
from members.audit import Actor
from members.models import Contact, Role, Staff, Till
from members.tenancy import TenantModel
from rewards.models import Booking, Reward, Rule
from tests import factories
from tests.loyalty_site.owner.conftest import Enter, logged_in
from tests.loyalty_site.owner.markup import text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

MODELS = sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in office._registry)
#: Lists that show no name of their own; their rows are counted instead.
NAMELESS = {"rewards_account", "rewards_lot", "rewards_transfer", "fraud_limit"}
ROUTES = {
    "till_pair": "till",
    "till_unpair": "till",
    "till_make_key": "till",
    "till_revoke_key": "till",
    "staff_pin": "cashier",
    "staff_login": "cashier",
    "staff_leave": "cashier",
    "staff_return": "cashier",
    "card_block": "card",
    "card_unblock": "card",
    "job_retry": "job",
    "rule_add": "program",
    "rule_edit": "rule",
    "rule_end": "rule",
}


def snapshot(shop: Shop) -> dict[str, list[Any]]:  # Any: rows of all models
    """Return every row of every table of a merchant."""
    found = {}
    for model in TenantModel.__subclasses__() + [m for s in TenantModel.__subclasses__() for m in s.__subclasses__()]:
        if not model._meta.abstract:
            found[model._meta.label] = list(model.objects.for_merchant(shop.merchant).order_by("pk").values())
    return found


def change(name: str, thing: models.Model, page: str = "change") -> str:
    """Return the address of an object's page."""
    return reverse(f"office:{name}_{page}", args=[thing.pk])


def test_every_list_of_the_office_is_walked_here(shop: Shop) -> None:
    assert sorted(shop.objects()) == MODELS
    assert sorted([*ROUTES, "cards_blank"]) == sorted(route.name or "" for route in routes())


def test_lists_show_own_rows_only(desk: Client, shop: Shop, other_shop: Shop) -> None:
    for name in MODELS:
        content = desk.get(reverse(f"office:{name}_changelist")).content.decode()
        assert change(name, shop.objects()[name]) in content, name
        assert change(name, other_shop.objects()[name]) not in content, name
        assert "Fremd" not in content, name


@pytest.mark.parametrize("page", ["change", "history"])
def test_foreign_objects_have_no_page(desk: Client, shop: Shop, other_shop: Shop, page: str) -> None:
    before = snapshot(other_shop)
    for name in MODELS:
        assert desk.get(change(name, shop.objects()[name], page)).status_code == 200, name
        address = change(name, other_shop.objects()[name], page)
        assert desk.get(address).status_code == 404, name
        assert desk.post(address, {"name": "übernommen", "_save": "1"}).status_code == 404, name
    assert snapshot(other_shop) == before


def test_own_objects_show_nothing_foreign(desk: Client, shop: Shop, other_shop: Shop) -> None:
    for name in MODELS:
        content = desk.get(change(name, shop.objects()[name])).content.decode()
        assert "Fremd" not in content, name
        assert str(other_shop.program.public_id) not in content, name


def test_acts_on_foreign_objects_are_404_and_do_nothing(desk: Client, other_shop: Shop) -> None:
    before = snapshot(other_shop)
    form = {"reason": "x", "pin": "2846", "again": "2846", "email": "x@example.org", "save": "1", "name": "x"}
    for route, thing in ROUTES.items():
        foreign = reverse(f"office:{route}", args=[getattr(other_shop, thing).pk])
        assert desk.get(foreign).status_code == 404, route
        assert desk.post(foreign, form).status_code == 404, route
    assert snapshot(other_shop) == before


def test_nothing_has_a_page_that_deletes(desk: Client, shop: Shop) -> None:
    for name in MODELS:
        with pytest.raises(NoReverseMatch):
            reverse(f"office:{name}_delete", args=[shop.objects()[name].pk])
        address = change(name, shop.objects()[name]).replace("/change/", "/delete/")
        assert desk.post(address, {"post": "yes"}).status_code == 404, name


def test_actions_on_ticked_rows_do_not_exist(desk: Client, shop: Shop, other_shop: Shop) -> None:
    before = snapshot(other_shop), snapshot(shop)
    ticked = [str(shop.store.pk), str(other_shop.store.pk)]
    desk.post(
        reverse("office:members_store_changelist"),
        {"action": "delete_selected", "_selected_action": ticked, "index": "0", "post": "yes"},
    )
    assert (snapshot(other_shop), snapshot(shop)) == before


@pytest.mark.parametrize("list_name", ["members_member", "members_card"])
@pytest.mark.parametrize("sought", ["Fremd", "fremd@example.org", "number"])
def test_search_finds_nothing_foreign(desk: Client, shop: Shop, other_shop: Shop, list_name: str, sought: str) -> None:
    own = {"Fremd": "Eigen", "fremd@example.org": "eigen@example.org", "number": shop.card.number}[sought]
    foreign = other_shop.card.number if sought == "number" else sought
    address = reverse(f"office:{list_name}_changelist")
    thing = "members_member" if list_name == "members_member" else "members_card"

    desk.post(address, {"sought": own})
    assert change(thing, shop.objects()[thing]) in desk.get(address).content.decode()
    desk.post(address, {"sought": foreign})
    page = desk.get(address).content.decode()
    assert change(thing, other_shop.objects()[thing]) not in page
    assert change(thing, shop.objects()[thing]) not in page


def test_search_in_the_address_is_ignored(desk: Client, shop: Shop, other_shop: Shop) -> None:
    page = desk.get(reverse("office:members_member_changelist"), {"q": "Fremd"}).content.decode()
    assert "EigenMitglied" in page
    assert "FremdMitglied" not in page


def test_search_of_one_shop_does_not_follow_into_the_other(shop: Shop, other_shop: Shop) -> None:
    user = factories.make_user()
    roles = [factories.make_staff(s.merchant, Role.OWNER, user=user) for s in (shop, other_shop)]
    client = logged_in(roles[0])
    address = reverse("office:members_member_changelist")
    client.post("/admin/choose/", {"role": roles[0].pk})
    client.post(address, {"sought": "EigenMitglied"})
    client.post("/admin/choose/", {"role": roles[1].pk})
    page = client.get(address).content.decode()
    assert "FremdMitglied" in page
    assert "EigenMitglied" not in page


@pytest.mark.parametrize(
    ("app", "model", "field"),
    [("members", "till", "store"), ("rewards", "reward", "program"), ("members", "staff", "user")],
)
def test_autocomplete_offers_nothing(
    desk: Client, shop: Shop, other_shop: Shop, app: str, model: str, field: str
) -> None:
    query = {"term": "", "app_label": app, "model_name": model, "field_name": field}
    answer = desk.get("/admin/autocomplete/", query)
    assert answer.status_code in {403, 404}
    assert b"Fremd" not in answer.content


@pytest.mark.parametrize(
    ("name", "path"),
    [("till", "members/till/add/"), ("reward", "rewards/reward/add/"), ("limit", "fraud/limit/add/")],
)
def test_choices_of_a_form_are_ones_own(desk: Client, shop: Shop, other_shop: Shop, name: str, path: str) -> None:
    content = desk.get(f"/admin/{path}").content.decode()
    assert "Eigen" in content
    assert "Fremd" not in content


def test_foreign_store_of_a_new_till_is_refused(desk: Client, shop: Shop, other_shop: Shop) -> None:
    form = {"name": "Neu", "store": shop.store.pk, "volume": "60", "is_active": "on"}
    assert desk.post("/admin/members/till/add/", {**form, "store": other_shop.store.pk}).status_code == 200
    assert not Till.objects.for_merchant(shop.merchant).filter(name="Neu").exists()
    assert desk.post("/admin/members/till/add/", form).status_code == 302
    assert Till.objects.for_merchant(shop.merchant).get(name="Neu").store == shop.store


def test_foreign_program_of_a_new_reward_is_refused(desk: Client, shop: Shop, other_shop: Shop) -> None:
    form = {"name": "Neu", "program": other_shop.program.pk, "price": "5", "is_active": "on"}
    assert desk.post("/admin/rewards/reward/add/", form).status_code == 200
    assert Reward.objects.for_merchant(shop.merchant).count() == 1
    assert Reward.objects.for_merchant(other_shop.merchant).count() == 1


def test_foreign_program_of_a_limit_is_refused(desk: Client, shop: Shop, other_shop: Shop) -> None:
    form = {"kind": "units", "subject": "card", "maximum": "5", "seconds": "0", "is_active": "on"}
    answer = desk.post("/admin/fraud/limit/add/", {**form, "program": str(other_shop.program.public_id)})
    assert answer.status_code == 200
    assert desk.post("/admin/fraud/limit/add/", {**form, "program": str(shop.program.public_id)}).status_code == 302


def test_foreign_store_of_a_rule_is_refused_and_not_offered(desk: Client, shop: Shop, other_shop: Shop) -> None:
    address = reverse("office:rule_add", args=[shop.program.pk])
    assert "Fremd" not in desk.get(address).content.decode()
    form = {
        "name": "Neu",
        "then-fixed-0-use": "on",
        "then-fixed-0-units": "1",
        "when-store-0-use": "on",
        "when-store-0-stores": str(other_shop.store.public_id),
        "save": "1",
    }
    assert desk.post(address, form).status_code == 422
    assert Rule.objects.for_merchant(shop.merchant).count() == 1
    assert desk.post(address, {**form, "when-store-0-stores": str(shop.store.public_id)}).status_code == 302


def test_foreign_card_is_nobodys_own_card(desk: Client, shop: Shop, other_shop: Shop) -> None:
    address = change("members_staff", shop.cashier)
    form = {"name": "Team", "role": "cashier"}
    assert desk.post(address, {**form, "own_card_number": other_shop.card.number}).status_code == 200
    assert desk.post(address, {**form, "own_card_number": shop.card.grouped_number}).status_code == 302
    assert Staff.objects.for_merchant(shop.merchant).get(pk=shop.cashier.pk).own_card == shop.card


@pytest.mark.parametrize("name", ["rewards_booking", "members_till", "fraud_assessment", "rewards_redemption"])
def test_filters_list_ones_own_objects(desk: Client, shop: Shop, other_shop: Shop, name: str) -> None:
    content = desk.get(reverse(f"office:{name}_changelist")).content.decode()
    assert "?store=" in content or "?program=" in content or "store=" in content
    assert "Fremd" not in content


@pytest.mark.parametrize("parameter", ["store", "till", "staff"])
def test_filter_by_a_foreign_object_finds_nothing(desk: Client, shop: Shop, other_shop: Shop, parameter: str) -> None:
    own = {"store": shop.store, "till": shop.till, "staff": shop.cashier}[parameter]
    foreign = {"store": other_shop.store, "till": other_shop.till, "staff": other_shop.cashier}[parameter]
    address = reverse("office:rewards_booking_changelist")
    assert change("rewards_booking", shop.booking) in desk.get(address, {parameter: own.pk}).content.decode()
    for wanted in (foreign.pk, "1 OR 1=1", "", "-1"):
        page = desk.get(address, {parameter: wanted})
        assert page.status_code == 200
        assert change("rewards_booking", other_shop.booking) not in page.content.decode()


@pytest.mark.parametrize(
    "lookup",
    [
        "merchant__name",
        "card__member__contacts__value__startswith",
        "staff__user__email",
        "staff__user__password__startswith",
        "store__merchant__slug",
        "card__replaced_by__number",
        "result__icontains",
    ],
)
def test_lookups_beyond_the_filters_are_refused(desk: Client, shop: Shop, lookup: str) -> None:
    address = reverse("office:rewards_booking_changelist")
    assert desk.get(address, {"outcome__exact": "posted"}).status_code == 200
    assert desk.get(address, {lookup: "x"}).status_code == 400


def test_years_of_the_date_bar_are_those_of_ones_own_rows(desk: Client, shop: Shop, other_shop: Shop) -> None:
    old = datetime(2019, 5, 4, 12, tzinfo=UTC)
    Assessment.objects.create(merchant=other_shop.merchant, at=old, event="earn", decision="allow")
    Assessment.objects.create(merchant=shop.merchant, at=old.replace(year=2021), event="earn", decision="allow")
    content = desk.get(reverse("office:fraud_assessment_changelist")).content.decode()
    assert "2021" in content
    assert "2019" not in content


def test_popup_list_is_scoped_as_well(desk: Client, shop: Shop, other_shop: Shop) -> None:
    content = desk.get(reverse("office:members_store_changelist"), {"_popup": "1"}).content.decode()
    assert "EigenFiliale" in content
    assert "Fremd" not in content


def test_forms_offer_no_windows_to_add_or_change_others(desk: Client, shop: Shop) -> None:
    content = desk.get(change("members_till", shop.till)).content.decode()
    assert "EigenFiliale" in content
    assert "_popup" not in content


def test_shortcut_to_any_object_does_not_exist(desk: Client, shop: Shop, other_shop: Shop) -> None:
    for content_type in range(1, 40):
        assert desk.get(f"/admin/r/{content_type}/{other_shop.store.pk}/").status_code == 404


def test_foreign_contact_in_a_members_form_is_not_touched(desk: Client, shop: Shop, other_shop: Shop) -> None:
    before = snapshot(other_shop)
    form = {
        "first_name": "Eigen",
        "last_name": "EigenMitglied",
        "language": "de",
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "1",
        "contacts-0-id": str(other_shop.contact.pk),
        "contacts-0-member": str(shop.member.pk),
        "contacts-0-kind": "email",
        "contacts-0-value": "geklaut@example.org",
    }
    assert desk.post(change("members_member", shop.member), form).status_code == 200
    desk.post(change("members_member", shop.member), {**form, "contacts-0-DELETE": "on"})
    assert snapshot(other_shop) == before
    assert Contact.objects.for_merchant(shop.merchant).get().value == "eigen@example.org"
    own = {**form, "contacts-0-id": str(shop.contact.pk), "contacts-0-DELETE": "on"}
    assert desk.post(change("members_member", shop.member), own).status_code == 302
    assert not Contact.objects.for_merchant(shop.merchant).exists()


def test_merchant_sent_with_a_form_is_ignored(desk: Client, shop: Shop, other_shop: Shop) -> None:
    form = {"name": "Neu", "is_active": "on", "merchant": other_shop.merchant.pk}
    assert desk.post("/admin/members/store/add/", form).status_code == 302
    assert type(shop.store).objects.for_merchant(shop.merchant).filter(name="Neu").exists()
    assert not type(shop.store).objects.for_merchant(other_shop.merchant).filter(name="Neu").exists()


def test_stock_log_is_neither_written_nor_shown(desk: Client, shop: Shop, other_shop: Shop) -> None:
    form = {"name": "Umbenannt", "is_active": "on"}
    assert desk.post(change("members_store", shop.store), form).status_code == 302
    assert not LogEntry.objects.exists()
    shown = text_of(desk.get(change("members_store", shop.store, "history")))
    assert "Umbenannt" in shown
    assert "FremdFiliale" not in shown


def test_history_shows_entries_of_ones_own_shop_only(desk: Client, shop: Shop, other_shop: Shop) -> None:
    # An entry under the very number of one's own till, as ids are counted over all shops only by chance.
    foreign = audit.record(
        merchant=other_shop.merchant,
        at=datetime.now(tz=UTC),
        action="till.changed",
        target=Till(pk=shop.till.pk, merchant=other_shop.merchant),
        actor=Actor.job("Fremdjob"),
    )
    assert foreign.object_id == str(shop.till.pk)
    assert "Fremdjob" not in text_of(desk.get(change("members_till", shop.till, "history")))


def test_overview_counts_ones_own_bookings(desk: Client, shop: Shop, other_shop: Shop) -> None:
    page = desk.get("/admin/")
    days = page.context["days"]
    assert [(day.store, day.earned, day.redeemed) for day in days] == [(shop.store, 1, 1)]
    assert "Fremd" not in page.content.decode()
    assert Booking.objects.for_merchant(other_shop.merchant).count() == 2


def test_role_of_one_shop_opens_no_object_of_the_other(enter: Enter, shop: Shop, other_shop: Shop) -> None:
    theirs = enter(Role.OWNER, at=other_shop.merchant)
    assert theirs.get(change("members_card", other_shop.card)).status_code == 200
    assert theirs.get(change("members_card", shop.card)).status_code == 404
