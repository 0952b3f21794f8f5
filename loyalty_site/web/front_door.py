"""The house's front door `/`: shows strangers in, and sends everybody else to where they work or have their card.

One place to go is gone to at once; several are offered. Reads roles and memberships of the login only.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty_site.web.access import office_roles
from members.models import COUNTER_ROLES, Member, Staff, User


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to go: `icon` names a sign of the sprite; `choose` is the role to work in there, if any."""

    url: str
    title: str
    text: str
    icon: str
    choose: int | None = None


@never_cache
@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """Greet strangers with the ways in; lead everybody else on."""
    if request.user.is_anonymous:
        return render(
            request, "account/front_door.html", {"counter_url": reverse("counter:home"), "is_demo": settings.DEBUG}
        )
    destinations = destinations_of(request.user)
    if len(destinations) == 1 and destinations[0].choose is None:
        return redirect(destinations[0].url)
    return render(request, "account/destinations.html", {"destinations": destinations})


def destinations_of(user: User) -> list[Destination]:
    """Return where this login can go: the office of each merchant, the till, its cards, the operator's desk."""
    roles = office_roles(user)
    found = [
        Destination(
            url=reverse("office:index"),
            title=_("Office: %(merchant)s") % {"merchant": staff.merchant.name},
            text=str(staff.get_role_display()),
            icon="chart",
            choose=staff.pk if len(roles) > 1 else None,
        )
        for staff in roles
    ]
    if not roles and _works_at_a_counter(user):
        found.append(Destination(reverse("counter:home"), _("Till"), _("Stamp and redeem cards"), "scan"))
    found += [
        Destination(reverse("portal:card", args=[slug]), name, _("Your card"), "card")
        for slug, name in _memberships(user)
    ]
    if user.is_superuser:
        found.append(Destination(reverse("operator:index"), _("Operator"), _("Shops and logins"), "settings"))
    return found


def _works_at_a_counter(user: User) -> bool:
    """Tell whether the login belongs to somebody at a till."""
    everywhere = Staff.objects.across_merchants(reason="a login's roles tell which merchants it works for")
    return everywhere.filter(user=user, is_active=True, role__in=COUNTER_ROLES).exists()


def _memberships(user: User) -> list[tuple[str, str]]:
    """Return short name and name of each merchant that this login is a member of."""
    everywhere = Member.objects.across_merchants(reason="a login's cards tell which merchants it is a member of")
    mine = everywhere.filter(user=user, erased_at__isnull=True, merchant__is_active=True)
    return list(mine.order_by("merchant__name", "pk").values_list("merchant__slug", "merchant__name"))
