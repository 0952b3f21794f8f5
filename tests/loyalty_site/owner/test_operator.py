"""The operator's desk: superusers with a second factor, and nothing of any shop's data."""

import pytest
from django.test import Client
from django.urls import reverse

from loyalty_site.owner.operator import operator
from members.models import AuditEntry, Merchant, Role, User
from tests import factories
from tests.loyalty_site.owner.conftest import Enter, give_factor, show_factor
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def root() -> User:
    """The installation's operator, with an authenticator app."""
    user = factories.make_user(email="op@example.org", is_staff=True, is_superuser=True)
    give_factor(user)
    return user


@pytest.fixture
def console(root: User) -> Client:
    """The operator's browser behind the door."""
    client = Client()
    client.force_login(root, backend=BACKEND)
    show_factor(client, root)
    return client


def test_operator_sees_shops_and_logins_only(console: Client, shop: Shop) -> None:
    assert sorted(model.__name__ for model in operator._registry) == ["Merchant", "User"]
    for path in ("/operator/", "/operator/members/merchant/", "/operator/members/user/"):
        page = console.get(path)
        assert_clean(page)
        assert shop.member.last_name not in text_of(page)


def test_operator_without_a_factor_is_led_to_it(client: Client) -> None:
    user = factories.make_user(is_staff=True, is_superuser=True)
    client.force_login(user, backend=BACKEND)
    assert client.get("/operator/").headers["Location"] == "/admin/second-factor/"
    assert_clean(client.get("/admin/second-factor/"))
    give_factor(user)
    assert client.get("/operator/").headers["Location"].startswith("/accounts/2fa/reauthenticate/")


@pytest.mark.parametrize("role", list(Role))
def test_nobody_of_a_shop_gets_in(enter: Enter, role: Role) -> None:
    assert enter(role).get("/operator/").status_code == 403


def test_is_staff_alone_opens_nothing(client: Client) -> None:
    user = factories.make_user(is_staff=True)
    give_factor(user)
    client.force_login(user, backend=BACKEND)
    show_factor(client, user)
    assert client.get("/operator/").status_code == 403


def test_new_shop_is_made_and_written_into_its_own_log(console: Client) -> None:
    form = {"name": "Café Linde", "slug": "linde", "language": "de", "timezone": "Europe/Berlin", "currency": "EUR",
            "stamp": "stamp-mark", "brand_color": "#4c2a85", "is_active": "on"}  # fmt: skip
    assert console.post(reverse("operator:members_merchant_add"), form).status_code == 302
    made = Merchant.objects.get(slug="linde")
    entry = AuditEntry.objects.for_merchant(made).get()
    assert (entry.action, entry.actor, entry.new["name"]) == ("merchant.added", "operator", "Café Linde")


def test_login_is_switched_off_and_nothing_else_changes(console: Client, shop: Shop) -> None:
    user = factories.make_user(email="weg@example.org", password="ein-langes-passwort")
    form = {"email": "neu@example.org", "is_superuser": "on", "password": "x"}
    assert console.post(reverse("operator:members_user_change", args=[user.pk]), form).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.email, user.is_superuser) == (False, "weg@example.org", False)
    assert user.check_password("ein-langes-passwort")


def test_passwords_are_neither_shown_nor_sought(console: Client, root: User) -> None:
    root.set_password("ein-langes-passwort")
    root.save()
    console.force_login(root, backend=BACKEND)
    show_factor(console, root)
    page = console.get(reverse("operator:members_user_change", args=[root.pk]))
    assert "scrypt" not in page.content.decode()
    assert console.get("/operator/members/user/", {"password__startswith": "s"}).status_code == 400


@pytest.mark.parametrize("path", ["members/user/add/", "members/merchant/1/delete/", "members/user/1/delete/"])
def test_logins_are_not_made_and_nothing_is_deleted(console: Client, merchant: Merchant, path: str) -> None:
    assert console.post(f"/operator/{path}", {"post": "yes"}).status_code in {403, 404}
    assert Merchant.objects.filter(pk=merchant.pk).exists()


def test_unknown_shop_is_404(console: Client) -> None:
    assert console.get("/operator/members/merchant/999999/change/").status_code == 404
