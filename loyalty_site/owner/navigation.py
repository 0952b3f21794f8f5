"""The office's navigation, grouped by job and not by app; only what the role may see.

Has the shape that the stock admin's templates expect, so that its pages find their lists as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fraud.models import Assessment, Limit
from members.models import AuditEntry, Card, Job, Member, Staff, Store, Till
from rewards.models import Account, Booking, Lot, Program, Redemption, Reward, Rule, Transfer

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Group:
    """One job of the office: its name and the lists that belong to it, in the order of use."""

    name: "StrPromise"
    lists: Mapping[type[models.Model], "StrPromise"]


GROUPS: Sequence[Group] = (
    Group(_("Today"), {Booking: _("Bookings"), Redemption: _("Redemptions")}),
    Group(_("Programs"), {Program: _("Programs"), Rule: _("Rules"), Reward: _("Rewards")}),
    Group(_("Customers"), {Member: _("Members"), Card: _("Cards"), Account: _("Balances")}),
    Group(_("Stores and team"), {Store: _("Stores"), Till: _("Tills"), Staff: _("Team")}),
    Group(_("Fraud protection"), {Assessment: _("Assessments"), Limit: _("Limits")}),
    Group(
        _("Log"),
        {AuditEntry: _("Changes"), Transfer: _("Transfers"), Lot: _("Lots with expiry"), Job: _("Failed jobs")},
    ),
)


def navigation(site: AdminSite, request: HttpRequest) -> list[dict[str, Any]]:  # Any: Django's own dicts
    """Return the groups with their entries; the entry of the page shown is marked `current`."""
    groups = []
    for number, group in enumerate(GROUPS):
        entries = [_entry(site, request, model, name) for model, name in group.lists.items()]
        shown = [entry for entry in entries if entry is not None]
        if number == 0:
            shown.insert(0, _overview(site, request))
        if shown:
            groups.append(
                {
                    "name": group.name,
                    "app_label": f"group{number}",
                    "app_url": "",
                    "has_module_perms": True,
                    "models": shown,
                }
            )
    return groups


def _overview(site: AdminSite, request: HttpRequest) -> dict[str, Any]:  # Any: as above
    """Return the entry of the start page."""
    url = reverse("admin:index", current_app=site.name)
    return {
        "name": _("Overview"),
        "object_name": "overview",
        "admin_url": url,
        "add_url": None,
        "view_only": True,
        "perms": {"view": True},
        "current": request.path == url,
    }


def _entry(
    site: AdminSite, request: HttpRequest, model: type[models.Model], name: "StrPromise"
) -> dict[str, Any] | None:  # Any: as above
    """Return the entry of one list, or None when the site or the role has it not."""
    if not site.is_registered(model):
        return None
    perms = site.get_model_admin(model).get_model_perms(request)
    if not perms.get("view") and not perms.get("change"):
        return None
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", current_app=site.name)
    return {
        "model": model,
        "name": name,
        "object_name": model._meta.object_name,
        "admin_url": url,
        "add_url": None,
        "view_only": not perms.get("change"),
        "perms": perms,
        "current": request.path.startswith(url),
    }
