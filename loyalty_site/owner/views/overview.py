"""The office's start page."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.today import store_days, to_dos
from members.domain.merchants import local_now


def overview(request: HttpRequest) -> TemplateResponse:
    """Show today's figures by store and what there is to do."""
    merchant, at = access_of(request).merchant, timezone.now()
    days = store_days(merchant=merchant, at=at)
    context = {
        "title": _("Overview"),
        "today": local_now(merchant, at),
        "days": days,
        "sums": {name: sum(getattr(day, name) for day in days) for name in ("earned", "redeemed", "refused")},
        "to_dos": to_dos(merchant=merchant, at=at),
    }
    return office.page(request, "owner/overview.html", context)
