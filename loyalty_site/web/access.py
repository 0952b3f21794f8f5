"""Who may open the office and do what there: a login's role, its second factor, and how fresh that is.

Promises: the office is opened by an active `Staff` row with an office role and by a second factor shown in this very
session, never by `is_staff`. Somebody with roles at several merchants works for one at a time, and chooses which.
Rights belong to the role; nothing else grants any. Sensitive acts ask for a factor shown within the last
`FRESH_FACTOR_SECONDS`.

Does not draw pages: where somebody without a factor is sent stands in `loyalty_site.owner.site`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from members.audit import Actor
from members.models import OFFICE_ROLES, Merchant, Role, Staff, User

_CHOSEN = "office_staff"
_KEPT = "_staff_access"
_KEPT_FACTOR = "_has_second_factor"
P = ParamSpec("P")


class Right(StrEnum):
    """What a role allows in the office; reading is every office role's."""

    READ = "read"
    #: Programs, rewards, stores, tills, members, cards, people at the till.
    WORK = "work"
    #: Roles, limits, ending a program.
    DECIDE = "decide"


RIGHTS: Mapping[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: frozenset({Right.READ, Right.WORK}),
    Role.ANALYST: frozenset({Right.READ}),
    Role.AUDITOR: frozenset({Right.READ}),
}


class Factor(StrEnum):
    """How a login stands with its second factor."""

    MISSING = "missing"
    NOT_SHOWN = "not_shown"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """A person in the office: the login, and the role at the merchant they work for now.

    `can_switch`: the login has an office role at another merchant as well.
    """

    user: User
    staff: Staff
    can_switch: bool = False

    @property
    def merchant(self) -> Merchant:
        """The merchant whose data this person sees."""
        return self.staff.merchant

    @property
    def actor(self) -> Actor:
        """Who the audit log names."""
        return Actor.of_staff(self.staff, user=self.user)

    def may(self, right: Right) -> bool:
        """Tell whether the role allows it."""
        return right in RIGHTS.get(self.staff.role, frozenset())

    def may_change(self, person: Staff) -> bool:
        """Tell whether this person may change that one: nobody changes whom they can't appoint, but themselves."""
        return self.may(Right.DECIDE) or (self.may(Right.WORK) and person.role == Role.CASHIER)


def office_roles(user: User) -> list[Staff]:
    """Return the login's active office roles, merchants loaded, by the merchant's name."""
    everywhere = Staff.objects.across_merchants(reason="a login's roles tell which merchants it works for")
    mine = everywhere.filter(user=user, is_active=True, role__in=OFFICE_ROLES, merchant__is_active=True)
    return list(mine.select_related("merchant").order_by("merchant__name", "pk"))


def staff_access(request: HttpRequest) -> StaffAccess | None:
    """Return the role in force: the only one or the chosen one; None when there is none, or none chosen yet.

    Read once a request; says nothing about the second factor.
    """
    if not hasattr(request, _KEPT):
        setattr(request, _KEPT, _read_access(request))
    access: StaffAccess | None = getattr(request, _KEPT)
    return access


def choose_role(request: HttpRequest, staff: Staff) -> None:
    """Work for this role's merchant from now on; `staff` is one of `office_roles`."""
    request.session[_CHOSEN] = staff.pk
    if hasattr(request, _KEPT):
        delattr(request, _KEPT)


def factor_of(request: HttpRequest) -> Factor:
    """Tell whether the login has a second factor and has shown it since it logged in; one query a request."""
    if request.user.is_anonymous:
        return Factor.MISSING
    if not hasattr(request, _KEPT_FACTOR):
        setattr(request, _KEPT_FACTOR, is_mfa_enabled(request.user, [Authenticator.Type.TOTP]))
    if not getattr(request, _KEPT_FACTOR):
        return Factor.MISSING
    return Factor.NOT_SHOWN if _factor_shown_at(request) is None else Factor.SHOWN


def has_fresh_factor(request: HttpRequest) -> bool:
    """Tell whether the second factor was shown within the last `FRESH_FACTOR_SECONDS`, by this machine's clock."""
    shown_at = _factor_shown_at(request)
    if shown_at is None or factor_of(request) is not Factor.SHOWN:
        return False
    return 0 <= time.time() - shown_at <= settings.FRESH_FACTOR_SECONDS


def ask_for_factor(request: HttpRequest) -> HttpResponseRedirect:
    """Send somebody to enter a code and back here; a form that was sent has to be sent again, and is told so."""
    if request.method not in {"GET", "HEAD"}:
        messages.warning(request, _("Nothing was changed. Enter a code, then send the form again."))
        return HttpResponseRedirect(_with_next("mfa_reauthenticate", request.path))
    return HttpResponseRedirect(_with_next("mfa_reauthenticate", request.get_full_path()))


def ask_to_log_in(request: HttpRequest) -> HttpResponseRedirect:
    """Send somebody to the login and back to this path, without its query."""
    return HttpResponseRedirect(_with_next("account_login", request.path))


def fresh_factor_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Open the view only with a fresh factor; else ask for one. Use it where form and act have one address."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not has_fresh_factor(request):
            return ask_for_factor(request)
        return view(request, *args, **kwargs)

    return guarded


def _read_access(request: HttpRequest) -> StaffAccess | None:
    """Find the role in force by one query."""
    if request.user.is_anonymous:
        return None
    roles = office_roles(request.user)
    if len(roles) == 1:
        return StaffAccess(request.user, roles[0])
    chosen = request.session.get(_CHOSEN)
    return next((StaffAccess(request.user, staff, can_switch=True) for staff in roles if staff.pk == chosen), None)


def _factor_shown_at(request: HttpRequest) -> float | None:
    """Return when a second factor was last shown in this session, in seconds since 1970, or None."""
    if request.user.is_anonymous:
        return None
    records = get_authentication_records(request, request.user)
    return max((float(record["at"]) for record in records if record.get("method") == "mfa"), default=None)


def _with_next(name: str, path: str) -> str:
    """Return the address of a named page that leads back to a path."""
    return f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: path})}"
