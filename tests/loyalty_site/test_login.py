"""Logging in: password or a code by e-mail, the second factor, and that nobody learns who has a login."""

import base64
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation
from django_otp.oath import totp
from pytest_django import Settings

from members.models import Merchant, Role, User
from tests import factories
from tests.loyalty_site.owner.conftest import confirm_address, give_factor
from tests.loyalty_site.owner.markup import assert_clean, text_of

pytestmark = pytest.mark.django_db
PASSWORD = "ein-langes-passwort"
LOGIN, CODE, CONFIRM = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/"


@pytest.fixture
def person() -> User:
    """Somebody with a confirmed address and a password."""
    user = factories.make_user(email="olga@example.org", password=PASSWORD)
    confirm_address(user)
    return user


def current_code(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows, by an implementation that is not the one under test."""
    return f"{totp(base64.b32decode(secret), t0=0, step=30, drift=steps):06d}"


def is_logged_in(client: Client) -> bool:
    """Tell whether the browser's session belongs to a login."""
    return "_auth_user_id" in client.session


def test_login_with_password_and_app_leads_into_the_office(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    secret = give_factor(person)

    first = client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    assert first.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_logged_in(client)

    second = client.post("/accounts/2fa/authenticate/", {"code": current_code(secret)})
    assert second.headers["Location"] == "/"
    assert client.get("/", follow=True).request["PATH_INFO"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_login_with_a_wrong_code_from_the_app_stays_out(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    secret = give_factor(person)
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})

    wrong = f"{(int(current_code(secret)) + 1) % 1_000_000:06d}"
    answer = client.post("/accounts/2fa/authenticate/", {"code": wrong})

    assert answer.status_code == 200
    assert not is_logged_in(client)
    assert client.get("/admin/").headers["Location"].startswith(LOGIN)


def test_app_code_works_once(merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    code = current_code(give_factor(person))
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
        browser.post("/accounts/2fa/authenticate/", {"code": code})

    assert [is_logged_in(browser) for browser in browsers] == [True, False]


def test_login_by_mail_code_needs_no_password_and_confirms_the_address(client: Client, merchant: Merchant) -> None:
    user = factories.make_user(email="neu@example.org")
    factories.make_staff(merchant, Role.MANAGER, user=user)

    client.post(CODE, {"email": "neu@example.org"})
    assert [message.to for message in mail.outbox] == [["neu@example.org"]]
    found = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[0].body), re.MULTILINE)
    assert found is not None
    assert found[1] not in mail.outbox[0].subject

    answer = client.post(CONFIRM, {"code": found[1]})
    assert answer.headers["Location"] == "/"
    assert is_logged_in(client)
    assert client.get("/", follow=True).request["PATH_INFO"] == "/admin/second-factor/"


def test_login_by_mail_code_with_an_app_still_asks_for_the_app(
    client: Client, merchant: Merchant, person: User
) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    give_factor(person)
    client.post(CODE, {"email": "olga@example.org"})
    found = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[0].body), re.MULTILINE)
    assert found is not None

    answer = client.post(CONFIRM, {"code": found[1]})

    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_logged_in(client)


def test_wrong_mail_code_stays_out(client: Client, person: User) -> None:
    client.post(CODE, {"email": "olga@example.org"})
    client.post(CONFIRM, {"code": "ZZZZ-ZZZZ"})
    assert not is_logged_in(client)


def test_asking_for_a_code_answers_strangers_like_everybody(person: User) -> None:
    pages = {}
    for email in ("olga@example.org", "fremd@example.org"):
        browser = Client()
        answer = browser.post(CODE, {"email": email})
        shown = text_of(browser.get(CONFIRM))
        pages[email] = (answer.status_code, answer.headers["Location"], shown.replace(email, "…"))
    assert pages["olga@example.org"] == pages["fremd@example.org"]


def test_wrong_password_answers_strangers_like_everybody(person: User) -> None:
    pages = {}
    for email in ("olga@example.org", "fremd@example.org"):
        answer = Client().post(LOGIN, {"login": email, "password": "falsch-falsch"})
        pages[email] = (answer.status_code, text_of(answer).replace(email, "…"))
    assert pages["olga@example.org"] == pages["fremd@example.org"]


def test_forgotten_password_answers_strangers_like_everybody(person: User) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}).headers["Location"]
        for email in ("olga@example.org", "fremd@example.org")
    ]
    assert answers[0] == answers[1] == "/accounts/password/reset/done/"


def test_guessing_a_password_is_stopped_and_the_right_one_with_it(client: Client, person: User) -> None:
    for _ in range(5):
        client.post(LOGIN, {"login": "olga@example.org", "password": "falsch-falsch"})

    answer = client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})

    assert answer.status_code == 200
    assert not is_logged_in(client)
    with translation.override("de"):
        assert "Zu viele" in text_of(answer)


def test_asking_for_codes_again_and_again_is_stopped(person: User) -> None:
    answers = [Client().post(CODE, {"email": "olga@example.org"}).status_code for _ in range(4)]
    assert answers[:3] == [302, 302, 302]
    assert answers[3] in {200, 429}
    assert len(mail.outbox) == 3


def test_switched_off_login_stays_out(client: Client, person: User) -> None:
    person.is_active = False
    person.save()
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    assert not is_logged_in(client)


def test_nobody_signs_up_here(client: Client) -> None:
    answer = client.post("/accounts/signup/", {"email": "fremd@example.org", "password1": PASSWORD})
    assert answer.status_code == 200
    assert not User.objects.exists()
    assert mail.outbox == []


def test_login_leads_back_only_to_this_site(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    answer = client.post(f"{LOGIN}?next=https://evil.example/", {"login": "olga@example.org", "password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_sealed_office_sends_to_the_login_without_the_query(client: Client) -> None:
    answer = client.get("/admin/members/member/?q=anna@example.org")
    assert answer.headers["Location"] == "/accounts/login/?next=%2Fadmin%2Fmembers%2Fmember%2F"


def test_logging_out_ends_the_session_and_only_by_post(client: Client, person: User) -> None:
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/accounts/logout/")
    assert is_logged_in(client)
    client.post("/accounts/logout/")
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "path",
    ["/", LOGIN, CODE, "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"],
)
def test_pages_before_the_login_are_clean(client: Client, path: str) -> None:
    assert_clean(client.get(path))


def test_front_door_of_one_role_leads_on(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.AUDITOR, user=person)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/").headers["Location"] == "/admin/"


def test_front_door_of_a_member_leads_to_the_card(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_member(merchant, user=person)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/").headers["Location"] == f"/m/{merchant.slug}/card/"


def test_front_door_of_a_cashier_leads_to_the_till(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.CASHIER, user=person)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/").headers["Location"] == "/counter/"


def test_front_door_of_several_roles_offers_them(
    client: Client, merchant: Merchant, other_merchant: Merchant, person: User
) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    factories.make_member(other_merchant, user=person)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")

    shown = text_of(client.get("/"))

    assert merchant.name in shown
    assert other_merchant.name in shown


def test_front_door_of_nobody_says_so(client: Client, person: User) -> None:
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/")
    assert answer.status_code == 200
    assert_clean(answer)


def test_demo_hint_shows_on_development_sites_only(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    assert "/dev/outbox/" in client.get("/").content.decode()
    settings.DEBUG = False
    assert "/dev/outbox/" not in client.get("/").content.decode()


def test_code_of_two_minutes_ago_is_refused(client: Client, merchant: Merchant, person: User) -> None:
    factories.make_staff(merchant, Role.OWNER, user=person)
    secret = give_factor(person)
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": current_code(secret, steps=-4)})
    assert not is_logged_in(client)
