"""What tests of the office share: people of each role logged in with and without a second factor, and two shops."""

import time
from collections.abc import Callable

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from members.models import Merchant, Role, Staff, User
from tests import factories
from tests.loyalty_site.owner.shops import Shop, make_shop

#: Who logs in: a function of a role, returning a browser behind the office's door.
Enter = Callable[..., Client]


def give_factor(user: User) -> str:
    """Give a login an authenticator app; return its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def confirm_address(user: User) -> None:
    """Make the login's address a confirmed one, as it is after the first code by e-mail."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def show_factor(client: Client, user: User, *, seconds_ago: float = 0) -> None:
    """Note in the session that a second factor was shown, some time ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time() - seconds_ago}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()


def logged_in(staff: Staff, *, seconds_ago: float = 0) -> Client:
    """Return a browser of somebody with an app, who showed a code some time ago."""
    user = staff.user
    assert user is not None
    if not Authenticator.objects.filter(user=user).exists():
        give_factor(user)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    show_factor(client, user, seconds_ago=seconds_ago)
    return client


@pytest.fixture
def enter(merchant: Merchant) -> Enter:
    """Let somebody of a role into the merchant's office: `enter(Role.MANAGER)`."""

    def let_in(role: Role = Role.OWNER, *, seconds_ago: float = 0, at: Merchant | None = None) -> Client:
        staff = factories.make_staff(at or merchant, role, user=factories.make_user())
        return logged_in(staff, seconds_ago=seconds_ago)

    return let_in


@pytest.fixture
def desk(enter: Enter) -> Client:
    """The owner's browser behind the office's door."""
    return enter(Role.OWNER)


@pytest.fixture
def shop(merchant: Merchant) -> Shop:
    """The merchant's shop with one of everything."""
    return make_shop(merchant, "Eigen")


@pytest.fixture
def other_shop(other_merchant: Merchant) -> Shop:
    """Another merchant's shop with one of everything."""
    return make_shop(other_merchant, "Fremd")
