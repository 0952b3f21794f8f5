"""The team: adding people, PINs that nobody sees, logins by e-mail, roles, leaving and coming back."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import AuditEntry, Merchant, Role, Shift, Staff, User
from tests import factories
from tests.loyalty_site.owner.conftest import logged_in
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

ADD = "/admin/members/staff/add/"


@pytest.fixture
def boss(merchant: Merchant) -> Staff:
    """The shop's only owner."""
    return factories.make_staff(merchant, Role.OWNER, name="Olga Inhaber", user=factories.make_user())


def page(name: str, person: Staff) -> str:
    """Return the address of a page about a person."""
    return reverse(f"office:{name}", args=[person.pk])


def stored(person: Staff) -> Staff:
    """Return the person as the database has them now."""
    return Staff.objects.for_merchant(person.merchant_id).get(pk=person.pk)


def is_pin(shop: Shop, pin: str) -> bool:
    """Tell whether this is the cashier's PIN, as the counter would check it."""
    return check_password(pin, stored(shop.cashier).pin_hash)


def test_new_person_at_the_till_has_no_pin_and_no_login(boss: Staff) -> None:
    assert logged_in(boss).post(ADD, {"name": "  Aylin   Demir ", "role": "cashier"}).status_code == 302
    made = Staff.objects.for_merchant(boss.merchant).get(role=Role.CASHIER)
    assert (made.name, made.pin_hash, made.user) == ("Aylin Demir", "", None)
    entries = AuditEntry.objects.for_merchant(boss.merchant)
    assert [entry.action for entry in entries] == ["staff.added"]


def test_new_manager_gets_a_login_without_a_password_that_works_by_mail(boss: Staff, client: Client) -> None:
    form = {"name": "Mario Leitung", "role": "manager", "email": "Mario@Example.org"}
    assert logged_in(boss).post(ADD, form).status_code == 302
    user = User.objects.get(email="mario@example.org")
    assert not user.has_usable_password()
    assert Staff.objects.for_merchant(boss.merchant).get(user=user).role == Role.MANAGER
    client.post("/accounts/login/code/", {"email": "mario@example.org"})
    assert [message.to for message in mail.outbox] == [["mario@example.org"]]


def test_address_of_an_existing_login_is_linked_and_nothing_tells(boss: Staff, other_merchant: Merchant) -> None:
    known = factories.make_user(email="wechsel@example.org", password="ein-langes-passwort")
    factories.make_staff(other_merchant, Role.OWNER, user=known)
    client = logged_in(boss)
    shown = []
    for email in ("wechsel@example.org", "ganz-neu@example.org"):
        answer = client.post(ADD, {"name": "Neu", "role": "manager", "email": email}, follow=True)
        pk = str(Staff.objects.for_merchant(boss.merchant).get(user__email=email).pk)
        shown.append(text_of(answer).replace(email, "…").replace(pk, "…"))
    assert Staff.objects.for_merchant(boss.merchant).get(user=known).role == Role.MANAGER
    known.refresh_from_db()
    assert known.has_usable_password()
    assert other_merchant.name not in shown[0]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "role": "cashier"}, "name"),
        ({"name": "www.example.org", "role": "cashier"}, "name"),
        ({"name": "Neu", "role": "king"}, "role"),
        ({"name": "Neu", "role": "manager", "email": "keine adresse"}, "email"),
        ({"name": "Neu", "role": "manager", "email": "boss@example.org"}, "email"),
    ],
)
def test_impossible_person_is_refused_at_the_field(boss: Staff, form: dict[str, str], field: str) -> None:
    User.objects.filter(staff_roles=boss).update(email="boss@example.org")
    answer = logged_in(boss).post(ADD, form)
    assert field in answer.context["adminform"].form.errors
    assert Staff.objects.for_merchant(boss.merchant).count() == 1


def test_pin_is_set_and_never_shown(boss: Staff, shop: Shop) -> None:
    client = logged_in(boss)
    answer = client.post(page("staff_pin", shop.cashier), {"pin": "9753", "again": "9753"}, follow=True)
    assert "9753" not in answer.content.decode()
    assert is_pin(shop, "9753")
    for name in ("members_staff_change", "members_staff_history"):
        content = client.get(page(name, shop.cashier)).content.decode()
        assert "9753" not in content
        assert Staff.objects.for_merchant(shop.merchant).get(pk=shop.cashier.pk).pin_hash not in content


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [("1111", "1111", "pin"), ("12", "12", "pin"), ("abcd", "abcd", "pin"), ("9753", "9754", "again"), ("", "", "pin")],
)
def test_impossible_pin_is_refused_and_the_old_one_stays(
    boss: Staff, shop: Shop, first: str, second: str, field: str
) -> None:
    answer = logged_in(boss).post(page("staff_pin", shop.cashier), {"pin": first, "again": second})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert is_pin(shop, factories.PIN)
    if first:
        assert f'value="{first}"' not in answer.content.decode()


def test_setting_a_pin_ends_a_wait_after_wrong_tries(boss: Staff, shop: Shop) -> None:
    Staff.objects.for_merchant(shop.merchant).filter(pk=shop.cashier.pk).update(
        pin_failures=9, pin_locked_until=timezone.now() + timedelta(hours=1)
    )
    logged_in(boss).post(page("staff_pin", shop.cashier), {"pin": "9753", "again": "9753"})
    shop.cashier.refresh_from_db()
    assert (shop.cashier.pin_failures, shop.cashier.pin_locked_until) == (0, None)


def test_role_and_name_change_with_old_and_new_in_the_log(boss: Staff, shop: Shop) -> None:
    form = {"name": "Björn Petersen", "role": "manager", "own_card_number": ""}
    assert logged_in(boss).post(page("members_staff_change", shop.cashier), form).status_code == 302
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.old["role"], entry.new["role"]) == ("staff.changed", "cashier", "manager")


def test_last_owner_stays_an_owner_and_on_the_team(boss: Staff) -> None:
    client = logged_in(boss)
    form = {"name": boss.name, "role": "manager", "own_card_number": ""}
    assert client.post(page("members_staff_change", boss), form).status_code == 200
    assert client.post(page("staff_leave", boss), {"reason": "weg"}).status_code == 403
    boss.refresh_from_db()
    assert (boss.role, boss.is_active) == (Role.OWNER, True)
    factories.make_staff(boss.merchant, Role.OWNER)
    assert client.post(page("members_staff_change", boss), form).status_code == 302


def test_leaving_ends_shift_pin_and_login_and_coming_back_restores_them(boss: Staff, shop: Shop) -> None:
    client = logged_in(boss)
    Shift.objects.create(merchant=shop.merchant, till=shop.till, staff=shop.cashier, started_at=timezone.now())
    assert_clean(client.get(page("staff_leave", shop.cashier)))
    assert client.post(page("staff_leave", shop.cashier), {"reason": ""}).status_code == 422
    assert client.post(page("staff_leave", shop.cashier), {"reason": "Kündigung"}).status_code == 302

    assert not stored(shop.cashier).is_active
    assert Shift.objects.for_merchant(shop.merchant).get().ended_at is not None
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.reason) == ("staff.deactivated", "Kündigung")

    assert client.post(page("staff_return", shop.cashier)).status_code == 302
    assert stored(shop.cashier).is_active
    assert AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0].action == "staff.reactivated"


def test_login_is_given_changed_and_taken_away_without_touching_the_login_itself(boss: Staff, shop: Shop) -> None:
    client = logged_in(boss)
    address = page("staff_login", shop.cashier)
    client.post(address, {"email": "eins@example.org"})
    first = User.objects.get(email="eins@example.org")
    assert stored(shop.cashier).user == first
    client.post(address, {"email": "zwei@example.org"})
    first.refresh_from_db()
    assert first.email == "eins@example.org"
    client.post(address, {"email": ""})
    assert stored(shop.cashier).user is None
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert entry.action == "staff.login_changed"
    assert "example.org" not in str(entry.old) + str(entry.new)


def test_address_of_a_colleague_is_refused(boss: Staff, shop: Shop) -> None:
    colleague = factories.make_staff(shop.merchant, Role.MANAGER, user=factories.make_user(email="da@example.org"))
    answer = logged_in(boss).post(page("staff_login", shop.cashier), {"email": "DA@example.org"})
    assert answer.status_code == 422
    colleague.refresh_from_db()
    assert colleague.user is not None


def test_nobody_changes_their_own_login(boss: Staff) -> None:
    before = boss.user
    assert logged_in(boss).post(page("staff_login", boss), {"email": ""}).status_code == 422
    boss.refresh_from_db()
    assert boss.user == before


def test_pin_and_wait_cannot_be_sent_with_the_form(boss: Staff, shop: Shop) -> None:
    form = {"name": "Neu", "role": "cashier", "own_card_number": "", "pin_hash": "x", "is_active": "", "user": "1"}
    logged_in(boss).post(page("members_staff_change", shop.cashier), form)
    shop.cashier.refresh_from_db()
    assert shop.cashier.name == "Neu"
    assert is_pin(shop, factories.PIN)
    assert (shop.cashier.is_active, shop.cashier.user) == (True, None)
