"""Who may do what in the office: every role × every page, with its effect."""

import pytest
from django.test import Client
from django.urls import reverse

from loyalty_site.owner.navigation import GROUPS
from members.models import CardState, Job, JobState, Merchant, Role, Staff, Store
from rewards.models import Program
from tests import factories
from tests.loyalty_site.owner.conftest import Enter, give_factor, logged_in, show_factor
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

ROLES = [Role.OWNER, Role.MANAGER, Role.ANALYST, Role.AUDITOR]
READERS = [Role.ANALYST, Role.AUDITOR]
MODELS = sorted(f"{m._meta.app_label}_{m._meta.model_name}" for group in GROUPS for m in group.lists)
WRITTEN = {"members_store", "members_till", "rewards_program", "rewards_reward", "members_member"}
#: Routes and the object they are about; each is a page that acts.
ACTS = {
    "till_pair": "till",
    "till_unpair": "till",
    "till_make_key": "till",
    "till_revoke_key": "till",
    "staff_pin": "cashier",
    "staff_leave": "cashier",
    "staff_return": "cashier",
    "card_block": "card",
    "card_unblock": "card",
    "job_retry": "job",
    "rule_add": "program",
    "rule_edit": "rule",
    "rule_end": "rule",
}


def page(shop: Shop, name: str) -> str:
    """Return the address of the shop's object of a model."""
    return reverse(f"office:{name}_change", args=[shop.objects()[name].pk])


@pytest.mark.parametrize("role", ROLES)
def test_every_office_role_reads_every_list_and_page(enter: Enter, shop: Shop, role: Role) -> None:
    client = enter(role)
    for name in MODELS:
        assert_clean(client.get(reverse(f"office:{name}_changelist")))
        assert_clean(client.get(page(shop, name)))


@pytest.mark.parametrize("role", READERS)
def test_readers_change_and_add_nothing(enter: Enter, shop: Shop, role: Role) -> None:
    client = enter(role)
    for name in MODELS:
        assert client.post(page(shop, name), {"name": "übernommen"}).status_code == 403, name
        assert client.get(reverse(f"office:{name}_add")).status_code == 403, name
        assert client.post(reverse(f"office:{name}_add"), {"name": "neu"}).status_code == 403, name


@pytest.mark.parametrize("role", READERS)
def test_readers_open_no_page_that_acts(enter: Enter, shop: Shop, role: Role) -> None:
    client = enter(role)
    for act in [*ACTS, "staff_login"]:
        address = reverse(f"office:{act}", args=[getattr(shop, ACTS.get(act, "cashier")).pk])
        assert client.get(address).status_code == 403, act
        assert client.post(address, {"reason": "x"}).status_code == 403, act
    assert client.post(reverse("office:cards_blank"), {"count": "1"}).status_code == 403


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_managers_and_owners_open_the_pages_that_act(enter: Enter, shop: Shop, role: Role) -> None:
    client = enter(role)
    for act, thing in ACTS.items():
        assert_clean(client.get(reverse(f"office:{act}", args=[getattr(shop, thing).pk])))
    assert_clean(client.get(reverse("office:cards_blank")))


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_managers_and_owners_change_what_the_shop_works_with(enter: Enter, shop: Shop, role: Role) -> None:
    client = enter(role)
    assert client.post(page(shop, "members_store"), {"name": "Umbenannt", "is_active": "on"}).status_code == 302
    assert Store.objects.for_merchant(shop.merchant).get().name == "Umbenannt"
    for name in WRITTEN - {"members_member"}:
        assert_clean(client.get(reverse(f"office:{name}_add")))


@pytest.mark.parametrize("name", ["rewards_booking", "rewards_transfer", "rewards_lot", "rewards_account"])
def test_nobody_writes_the_ledger(desk: Client, shop: Shop, name: str) -> None:
    before = list(type(shop.objects()[name]).objects.for_merchant(shop.merchant).values())
    assert desk.post(page(shop, name), {"amount": "1000", "balance": "1000"}).status_code == 403
    assert desk.post(reverse(f"office:{name}_add"), {"amount": "1000"}).status_code == 403
    assert list(type(shop.objects()[name]).objects.for_merchant(shop.merchant).values()) == before


@pytest.mark.parametrize("name", ["fraud_assessment", "members_auditentry", "members_card", "members_job"])
def test_nobody_writes_what_only_shows(desk: Client, shop: Shop, name: str) -> None:
    assert desk.post(page(shop, name), {"state": "verified"}).status_code == 403
    assert desk.get(reverse(f"office:{name}_add")).status_code == 403


def test_manager_sets_no_limits(enter: Enter, shop: Shop) -> None:
    manager = enter(Role.MANAGER)
    form = {"kind": "units", "subject": "card", "maximum": "999", "seconds": "0", "is_active": "on"}
    assert manager.post(page(shop, "fraud_limit"), form).status_code == 403
    assert manager.get(reverse("office:fraud_limit_add")).status_code == 403
    shop.limit.refresh_from_db()
    assert shop.limit.maximum == 50


def test_manager_ends_no_program_but_an_owner_does(enter: Enter, shop: Shop) -> None:
    form = {
        "name": "Stempelkarte",
        "kind": "stamp_card",
        "state": "ended",
        "unit_singular": "Stempel",
        "unit_plural": "Stempel",
        "expiry_months": "12",
        "expiry_rounding": "year",
        "redeem_freshness": "any_code",
        "redeem_level": "0",
        "position": "0",
    }
    assert enter(Role.MANAGER).post(page(shop, "rewards_program"), form).status_code == 200
    assert Program.objects.for_merchant(shop.merchant).get().state == "live"
    assert enter(Role.OWNER).post(page(shop, "rewards_program"), form).status_code == 302
    assert Program.objects.for_merchant(shop.merchant).get().state == "ended"


def test_manager_gives_no_roles(enter: Enter, shop: Shop) -> None:
    manager = enter(Role.MANAGER)
    address = reverse("office:members_staff_add")
    assert manager.post(address, {"name": "Neue Chefin", "role": "owner"}).status_code == 200
    assert not Staff.objects.for_merchant(shop.merchant).filter(name="Neue Chefin").exists()
    answer = manager.post(address, {"name": "Neue Kraft", "role": "cashier", "email": "neu@example.org"})
    assert answer.status_code == 302
    made = Staff.objects.for_merchant(shop.merchant).get(name="Neue Kraft")
    assert (made.role, made.user) == (Role.CASHIER, None)


@pytest.mark.parametrize("act", ["staff_pin", "staff_leave", "staff_login"])
def test_manager_touches_no_owner(enter: Enter, shop: Shop, act: str) -> None:
    boss = factories.make_staff(shop.merchant, Role.OWNER, name="Chefin")
    manager = enter(Role.MANAGER)
    address = reverse(f"office:{act}", args=[boss.pk])
    before = boss.pin_hash
    form = {"reason": "x", "pin": "9753", "again": "9753", "email": "x@example.org"}
    assert manager.post(address, form).status_code == 403
    assert manager.post(reverse("office:members_staff_change", args=[boss.pk]), {"name": "x"}).status_code == 403
    boss.refresh_from_db()
    assert (boss.pin_hash, boss.is_active, boss.user, boss.name) == (before, True, None, "Chefin")


def test_manager_sets_their_own_pin(merchant: Merchant) -> None:
    me = factories.make_staff(merchant, Role.MANAGER, user=factories.make_user())
    before = me.pin_hash
    answer = logged_in(me).post(reverse("office:staff_pin", args=[me.pk]), {"pin": "9753", "again": "9753"})
    assert answer.status_code == 302
    me.refresh_from_db()
    assert me.pin_hash != before


@pytest.mark.parametrize("path", ["/admin/", "/admin/members/card/", "/admin/second-factor/", "/admin/choose/"])
def test_cashiers_and_members_have_no_office(merchant: Merchant, path: str) -> None:
    cashier = factories.make_staff(merchant, Role.CASHIER, user=factories.make_user())
    assert logged_in(cashier).get(path).status_code == 403
    member = factories.make_member(merchant, user=factories.make_user())
    client = Client()
    assert member.user is not None
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(path).status_code == 403


def test_superuser_and_is_staff_open_no_office(merchant: Merchant) -> None:
    user = factories.make_user(is_staff=True, is_superuser=True)
    give_factor(user)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    show_factor(client, user)
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/logout/", "/admin/password_change/", "/operator/login/"])
def test_stock_admin_opens_no_door_of_its_own(client: Client, path: str) -> None:
    for answer in (client.get(path), client.post(path, {"username": "x", "password": "y"})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("till_pair", {}),
        ("till_make_key", {}),
        ("till_revoke_key", {}),
        ("till_unpair", {}),
        ("staff_pin", {"pin": "9753", "again": "9753"}),
        ("staff_login", {"email": "neu@example.org"}),
        ("staff_leave", {"reason": "weg"}),
        ("staff_return", {}),
        ("card_block", {"reason": "weg"}),
        ("card_unblock", {"reason": "da"}),
    ],
)
def test_sensitive_acts_with_a_stale_factor_are_not_done(
    enter: Enter, shop: Shop, act: str, form: dict[str, str]
) -> None:
    client = enter(Role.OWNER, seconds_ago=16 * 60)
    thing = getattr(shop, {**ACTS, "staff_login": "cashier"}[act])
    address = reverse(f"office:{act}", args=[thing.pk])
    before = type(thing).objects.for_merchant(shop.merchant).filter(pk=thing.pk).values().get()
    for answer in (client.get(address), client.post(address, form)):
        assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Fadmin%2F")
    assert type(thing).objects.for_merchant(shop.merchant).filter(pk=thing.pk).values().get() == before


@pytest.mark.parametrize("name", ["fraud_limit", "members_staff"])
def test_forms_of_limits_and_team_with_a_stale_factor_save_nothing(enter: Enter, shop: Shop, name: str) -> None:
    client = enter(Role.OWNER, seconds_ago=16 * 60)
    answer = client.post(page(shop, name), {"name": "x", "role": "owner", "maximum": "9999"})
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    shop.limit.refresh_from_db()
    shop.cashier.refresh_from_db()
    assert (shop.limit.maximum, shop.cashier.role) == (50, Role.CASHIER)


def test_reading_goes_on_with_a_stale_factor(enter: Enter, shop: Shop) -> None:
    client = enter(Role.AUDITOR, seconds_ago=8 * 3600)
    assert client.get(page(shop, "members_staff")).status_code == 200
    assert client.get(page(shop, "members_card")).status_code == 200


def test_buttons_are_offered_only_to_those_who_may_press_them(enter: Enter, shop: Shop) -> None:
    address = page(shop, "members_card")
    block = reverse("office:card_block", args=[shop.card.pk])
    assert block in enter(Role.MANAGER).get(address).content.decode()
    assert block not in enter(Role.AUDITOR).get(address).content.decode()


def test_navigation_is_grouped_by_job_and_marks_the_page(desk: Client, shop: Shop) -> None:
    answer = desk.get(reverse("office:members_card_changelist"))
    groups = answer.context["available_apps"]
    assert [len(group["models"]) for group in groups] == [3, 3, 3, 3, 2, 4]
    assert [entry["object_name"] for g in groups for entry in g["models"] if entry.get("current")] == ["Card"]
    assert 'aria-current="page"' in answer.content.decode()
    assert shop.merchant.name in text_of(answer)


def test_member_who_left_the_team_is_out_at_once(merchant: Merchant) -> None:
    staff = factories.make_staff(merchant, Role.OWNER, user=factories.make_user())
    client = logged_in(staff)
    assert client.get("/admin/").status_code == 200
    Staff.objects.for_merchant(merchant).update(is_active=False)
    assert client.get("/admin/").status_code == 403


def test_effects_of_the_acts_are_real(desk: Client, shop: Shop) -> None:
    desk.post(reverse("office:card_block", args=[shop.card.pk]), {"reason": "verloren"})
    desk.post(reverse("office:job_retry", args=[shop.job.pk]))
    shop.card.refresh_from_db()
    assert shop.card.state == CardState.BLOCKED
    assert Job.objects.for_merchant(shop.merchant).get().state == JobState.WAITING
