"""Roles, rights and the freshness of the second factor, below any page."""

import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from loyalty_site.web.access import (
    RIGHTS,
    Factor,
    Right,
    StaffAccess,
    choose_role,
    factor_of,
    fresh_factor_required,
    has_fresh_factor,
    office_roles,
    staff_access,
)
from members.models import OFFICE_ROLES, Merchant, Role, Staff, User
from tests import factories
from tests.loyalty_site.owner.conftest import give_factor

pytestmark = pytest.mark.django_db


def request_of(user: User | AnonymousUser, *, shown: float | None = None, method: str = "GET") -> HttpRequest:
    """Return a request of a login whose session saw a second factor `shown` seconds ago."""
    request = RequestFactory().generic(method, "/admin/members/till/1/pair/?x=1")
    request.user = user
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # where Django keeps them
    if shown is not None:
        request.session["account_authentication_methods"] = [{"method": "mfa", "at": time.time() - shown}]
        request.session["account_authentication_methods_user"] = str(user.pk)
    return request


@pytest.fixture
def user() -> User:
    """Somebody's login."""
    return factories.make_user()


def test_rights_of_the_roles() -> None:
    everything = {Right.READ, Right.WORK, Right.DECIDE}
    assert {role: set(rights) for role, rights in RIGHTS.items()} == {
        Role.OWNER: everything,
        Role.MANAGER: {Right.READ, Right.WORK},
        Role.ANALYST: {Right.READ},
        Role.AUDITOR: {Right.READ},
    }
    assert set(RIGHTS) == OFFICE_ROLES


@pytest.mark.parametrize(
    ("mine", "theirs", "may"),
    [
        (Role.OWNER, Role.OWNER, True),
        (Role.OWNER, Role.CASHIER, True),
        (Role.MANAGER, Role.CASHIER, True),
        (Role.MANAGER, Role.MANAGER, False),
        (Role.MANAGER, Role.OWNER, False),
        (Role.ANALYST, Role.CASHIER, False),
        (Role.AUDITOR, Role.CASHIER, False),
    ],
)
def test_nobody_changes_whom_they_could_not_appoint(
    merchant: Merchant, user: User, mine: Role, theirs: Role, may: bool
) -> None:
    me = StaffAccess(user, factories.make_staff(merchant, mine, user=user))
    assert me.may_change(factories.make_staff(merchant, theirs)) is may


def test_only_role_is_in_force_at_once(merchant: Merchant, user: User) -> None:
    staff = factories.make_staff(merchant, Role.OWNER, user=user)
    access = staff_access(request_of(user))
    assert access is not None
    assert (access.staff, access.merchant, access.actor.user) == (staff, merchant, user)


def test_several_roles_need_a_choice_and_only_of_ones_own(
    merchant: Merchant, other_merchant: Merchant, user: User
) -> None:
    factories.make_staff(merchant, Role.OWNER, user=user)
    second = factories.make_staff(other_merchant, Role.AUDITOR, user=user)
    strangers = factories.make_staff(factories.make_merchant(), Role.OWNER, user=factories.make_user())

    assert staff_access(request_of(user)) is None
    chosen, foreign = request_of(user), request_of(user)
    choose_role(chosen, second)
    later = request_of(user)
    later.session = chosen.session
    access = staff_access(later)
    assert access is not None
    assert access.merchant == other_merchant
    foreign.session["office_staff"] = strangers.pk
    assert staff_access(foreign) is None


@pytest.mark.parametrize("change", ["inactive", "cashier", "shop closed"])
def test_role_that_ended_opens_nothing(merchant: Merchant, user: User, change: str) -> None:
    staff = factories.make_staff(merchant, Role.OWNER, user=user)
    assert office_roles(user) == [staff]
    if change == "inactive":
        Staff.objects.for_merchant(merchant).update(is_active=False)
    elif change == "cashier":
        Staff.objects.for_merchant(merchant).update(role=Role.CASHIER)
    else:
        Merchant.objects.update(is_active=False)
    assert office_roles(user) == []
    assert staff_access(request_of(user)) is None


def test_role_chosen_and_ended_meanwhile_opens_nothing(
    merchant: Merchant, other_merchant: Merchant, user: User
) -> None:
    staff = factories.make_staff(merchant, Role.OWNER, user=user)
    factories.make_staff(other_merchant, Role.OWNER, user=user)
    factories.make_staff(factories.make_merchant(), Role.OWNER, user=user)
    request = request_of(user)
    choose_role(request, staff)
    Staff.objects.for_merchant(merchant).update(is_active=False)
    later = request_of(user)
    later.session = request.session
    assert staff_access(later) is None


def test_strangers_have_no_role_and_no_factor() -> None:
    request = request_of(AnonymousUser())
    assert staff_access(request) is None
    assert factor_of(request) is Factor.MISSING
    assert has_fresh_factor(request) is False


def test_factor_is_missing_then_not_shown_then_shown(user: User) -> None:
    assert factor_of(request_of(user, shown=1)) is Factor.MISSING
    give_factor(user)
    assert factor_of(request_of(user)) is Factor.NOT_SHOWN
    assert factor_of(request_of(user, shown=10**6)) is Factor.SHOWN


@pytest.mark.parametrize(("seconds", "fresh"), [(0, True), (14 * 60, True), (16 * 60, False), (-3600, False)])
def test_factor_is_fresh_for_a_quarter_of_an_hour(user: User, seconds: float, fresh: bool) -> None:
    give_factor(user)
    assert has_fresh_factor(request_of(user, shown=seconds)) is fresh


def test_password_shown_again_makes_no_factor_fresh(user: User) -> None:
    give_factor(user)
    request = request_of(user, shown=3600)
    records = request.session["account_authentication_methods"]
    records.append({"method": "password", "at": time.time(), "reauthenticated": True})
    assert has_fresh_factor(request) is False


@fresh_factor_required
def sensitive(request: HttpRequest, number: int) -> HttpResponse:
    """Stand for a page with a sensitive act."""
    return HttpResponse(f"done {number}")


def test_sensitive_page_with_a_stale_factor_leads_to_a_code_and_back(user: User) -> None:
    give_factor(user)
    answer = sensitive(request_of(user, shown=3600), 7)
    assert answer.headers["Location"] == (
        "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fmembers%2Ftill%2F1%2Fpair%2F%3Fx%3D1"
    )


def test_sensitive_act_with_a_stale_factor_is_not_done_and_says_so(user: User) -> None:
    give_factor(user)
    request = request_of(user, shown=3600, method="POST")
    answer = sensitive(request, 7)
    assert answer.headers["Location"].endswith("?next=%2Fadmin%2Fmembers%2Ftill%2F1%2Fpair%2F")
    assert len(list(request._messages)) == 1  # type: ignore[attr-defined]


def test_sensitive_act_with_a_fresh_factor_is_done(user: User) -> None:
    give_factor(user)
    assert isinstance(answer := sensitive(request_of(user, shown=60), 7), HttpResponse)
    assert answer.content == b"done 7"
