"""The second factor: who must have one, how it is set up, shown again, and taken away."""

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import InvalidToken
from django.test import Client
from pytest_django import Settings

from loyalty_site.web.accounts import MfaAdapter
from members.models import Merchant, Role, Staff, User
from tests import factories
from tests.loyalty_site.owner.conftest import confirm_address, give_factor, logged_in, show_factor
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.test_login import LOGIN, PASSWORD, current_code

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ACTIVATE, INDEX = "/accounts/2fa/totp/activate/", "/accounts/2fa/"
AGAIN, CODES, REMOVE = (
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/totp/deactivate/",
)


@pytest.fixture
def boss(merchant: Merchant) -> Staff:
    """An owner with a password and without a second factor."""
    user = factories.make_user(email="olga@example.org", password=PASSWORD)
    confirm_address(user)
    return factories.make_staff(merchant, Role.OWNER, user=user)


def user_of(staff: Staff) -> User:
    """Return the login of somebody who has one."""
    assert staff.user is not None
    return staff.user


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.ANALYST, Role.AUDITOR])
def test_office_role_without_a_factor_is_led_to_the_page_about_it(merchant: Merchant, role: Role) -> None:
    user = factories.make_user()
    factories.make_staff(merchant, role, user=user)
    client = Client()
    client.force_login(user, backend=BACKEND)

    for path in ("/admin/", "/admin/members/card/", "/admin/members/staff/add/"):
        assert client.get(path).headers["Location"] == "/admin/second-factor/"
    page = client.get("/admin/second-factor/")
    assert_clean(page)
    assert ACTIVATE in page.content.decode()


def test_page_about_the_factor_is_for_office_roles_only(merchant: Merchant, client: Client) -> None:
    assert client.get("/admin/second-factor/").headers["Location"].startswith(LOGIN)
    user = factories.make_user()
    factories.make_staff(merchant, Role.CASHIER, user=user)
    client.force_login(user, backend=BACKEND)
    assert client.get("/admin/second-factor/").status_code == 403


def test_setting_up_the_app_after_the_login_opens_the_office(client: Client, boss: Staff) -> None:
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    page = client.get(ACTIVATE)
    assert_clean(page)
    assert "<svg" in page.content.decode()

    secret = client.session["mfa.totp.secret"]
    answer = client.post(ACTIVATE, {"code": current_code(secret)})

    assert answer.headers["Location"] == CODES
    codes = client.get(CODES)
    assert_clean(codes)
    stored = Authenticator.objects.get(user=user_of(boss), type=Authenticator.Type.RECOVERY_CODES)
    assert RecoveryCodes(stored).get_unused_codes()[0] in text_of(codes)
    assert client.get("/admin/").status_code == 200


def test_setting_up_the_app_with_a_wrong_code_changes_nothing(client: Client, boss: Staff) -> None:
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    client.get(ACTIVATE)
    wrong = (int(current_code(client.session["mfa.totp.secret"])) + 1) % 1_000_000
    assert client.post(ACTIVATE, {"code": f"{wrong:06d}"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_setting_up_the_app_long_after_the_login_asks_for_the_password(client: Client, boss: Staff) -> None:
    client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= 3600
    session.save()
    assert client.get(ACTIVATE).headers["Location"].startswith("/accounts/reauthenticate/")


def test_secrets_are_not_readable_in_the_database(boss: Staff) -> None:
    secret = give_factor(user_of(boss))
    RecoveryCodes.activate(user_of(boss))
    for stored in Authenticator.objects.all():
        assert secret not in str(stored.data)
    totp_data = Authenticator.objects.get(type=Authenticator.Type.TOTP).data
    assert MfaAdapter().decrypt(totp_data["secret"]) == secret


def test_secret_survives_a_new_key_as_long_as_the_old_one_is_a_fallback(settings: Settings) -> None:
    kept = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-" * 4, [old]
    assert MfaAdapter().decrypt(kept) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        MfaAdapter().decrypt(kept)


def test_factor_not_shown_in_this_session_is_asked_for(boss: Staff) -> None:
    secret = give_factor(user_of(boss))
    client = Client()
    client.force_login(user_of(boss), backend=BACKEND)

    asked = client.get("/admin/members/store/")
    assert asked.headers["Location"] == f"{AGAIN}?next=%2Fadmin%2Fmembers%2Fstore%2F"
    assert_clean(client.get(asked.headers["Location"]))

    answer = client.post(AGAIN, {"code": current_code(secret), "next": "/admin/members/store/"})
    assert answer.headers["Location"] == "/admin/members/store/"
    assert client.get("/admin/members/store/").status_code == 200


def test_factor_shown_by_somebody_else_in_this_browser_does_not_count(boss: Staff, merchant: Merchant) -> None:
    give_factor(user_of(boss))
    client = Client()
    client.force_login(user_of(boss), backend=BACKEND)
    show_factor(client, factories.make_user())
    assert client.get("/admin/").headers["Location"].startswith(AGAIN)


def test_recovery_code_lets_in_once(boss: Staff) -> None:
    give_factor(user_of(boss))
    code = RecoveryCodes.activate(user_of(boss)).get_unused_codes()[0]
    entered = []
    for _ in range(2):
        client = Client()
        client.post(LOGIN, {"login": "olga@example.org", "password": PASSWORD})
        client.post("/accounts/2fa/authenticate/", {"code": code})
        entered.append(client.get("/admin/").status_code)
    assert entered == [200, 302]


@pytest.mark.parametrize("path", [REMOVE, CODES, f"{CODES}download/", f"{CODES}generate/"])
def test_taking_the_factor_away_needs_a_code_and_not_the_password(boss: Staff, path: str) -> None:
    client = logged_in(boss, seconds_ago=3600)
    RecoveryCodes.activate(user_of(boss))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    for answer in (client.get(path), client.post(path)):
        assert answer.headers["Location"].startswith(AGAIN)
    assert Authenticator.objects.count() == 2


def test_removing_the_app_with_a_fresh_code_closes_the_office_until_there_is_a_new_one(boss: Staff) -> None:
    client = logged_in(boss)
    assert_clean(client.get(REMOVE))
    client.post(REMOVE)
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").headers["Location"] == "/admin/second-factor/"


def test_own_login_page_is_clean_with_and_without_a_factor(client: Client, boss: Staff) -> None:
    client.force_login(user_of(boss), backend=BACKEND)
    assert_clean(client.get(INDEX))
    give_factor(user_of(boss))
    assert_clean(client.get(INDEX))


def test_guessing_codes_in_an_open_session_is_stopped(boss: Staff) -> None:
    secret = give_factor(user_of(boss))
    client = Client()
    client.force_login(user_of(boss), backend=BACKEND)
    for _ in range(6):
        client.post(AGAIN, {"code": "000000"})
    client.post(AGAIN, {"code": current_code(secret)})
    assert client.get("/admin/").headers["Location"].startswith(AGAIN)
