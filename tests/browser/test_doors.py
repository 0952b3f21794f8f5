"""The ways in: the front door, the login with its second factor, the office's start page, an address that is none."""

import base64

import pytest
from django.utils import timezone
from django_otp.oath import totp
from playwright.sync_api import Page, expect

from members.models import Role, Staff, User
from tests import factories
from tests.browser.accessibility import findings, findings_in_both_languages
from tests.browser.conftest import OpenBrowser
from tests.browser.counter import say
from tests.browser.shop import Shop
from tests.browser.watch import Watch
from tests.loyalty_site.owner.conftest import confirm_address, give_factor
from tests.rewards.programs import book

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

PASSWORD = "stempel-und-punkte-7"


@pytest.fixture
def owner_login(shop: Shop) -> tuple[User, str]:
    """The owner's login with a confirmed address, and the secret of its authenticator app."""
    user = factories.make_user(email="olga@example.org")
    user.set_password(PASSWORD)
    user.save()
    confirm_address(user)
    factories.make_staff(shop.merchant, Role.OWNER, name="Olga Inhaber", user=user)
    return user, give_factor(user)


def _log_in(page: Page, login: tuple[User, str]) -> None:
    user, secret = login
    page.goto("/admin/")
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.locator("[name=code]").fill(f"{totp(base64.b32decode(secret)):06}")
    page.locator("[name=code]").press("Enter")
    expect(page.get_by_role("heading", name=say("Overview"))).to_be_visible()


def test_owner_gets_into_the_office_with_password_and_app(
    open_browser: OpenBrowser, shop: Shop, owner_login: tuple[User, str]
) -> None:
    book(shop.anna, at=timezone.now(), till=shop.till, staff=shop.cashier)
    page = open_browser().new_page()
    _log_in(page, owner_login)
    expect(page.locator("#site-name")).to_contain_text(shop.merchant.name)
    expect(page.get_by_role("row", name=shop.till.store.name)).to_contain_text("1")
    user = owner_login[0]
    user.refresh_from_db()
    assert user.last_login is not None
    wrong = findings_in_both_languages(page, "office start")
    assert not wrong, "\n".join(wrong)


def test_wrong_code_opens_nothing(open_browser: OpenBrowser, owner_login: tuple[User, str]) -> None:
    user, secret = owner_login
    page = open_browser().new_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    wrong = findings_in_both_languages(page, "code")
    right = totp(base64.b32decode(secret))
    page.locator("[name=code]").fill(f"{(right + 1) % 1_000_000:06}")
    page.locator("[name=code]").press("Enter")
    expect(page.locator(".field__error")).to_be_visible()
    wrong += findings(page, "wrong code")
    user.refresh_from_db()
    assert user.last_login is None
    assert not wrong, "\n".join(wrong)


def test_front_door_and_login_are_accessible(open_browser: OpenBrowser, shop: Shop) -> None:
    page = open_browser().new_page()
    page.goto("/")
    wrong = findings_in_both_languages(page, "front door")
    page.goto("/accounts/login/")
    wrong += findings_in_both_languages(page, "login")
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("niemand@example.org")
    page.locator("[name=password]").fill("falsch-und-lang")
    page.locator("[name=password]").press("Enter")
    expect(page.locator(".notice--stop")).to_be_visible()
    wrong += findings(page, "wrong login")
    assert not wrong, "\n".join(wrong)
    assert not Staff.objects.for_merchant(shop.merchant).filter(user__last_login__isnull=False).exists()


def test_address_that_is_none_shows_the_way_back(open_browser: OpenBrowser, watch: Watch) -> None:
    watch.expected = ("404 from",)
    page = open_browser().new_page()
    page.goto("/nirgendwo/")
    wrong = findings_in_both_languages(page, "404")
    assert not wrong, "\n".join(wrong)
    page.get_by_role("link").last.click()
    expect(page).to_have_url("/")
