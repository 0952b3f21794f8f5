"""Stores and tills: names, addresses, opening hours; pairing and keys have pages of their own."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.columns import STORE
from loyalty_site.owner.filters import StoreFilter
from loyalty_site.owner.forms.store_form import DAYS, StoreForm, TillForm, closes_field, opens_field
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import TenantAdmin, Tool
from loyalty_site.web.access import Right
from members.models import Store, Till


@admin.register(Store, site=office)
class StoreAdmin(TenantAdmin):
    """Places of sale. A store that closes for good is made inactive: its bookings keep its name."""

    form = StoreForm
    list_display = ("name", "city", "is_active")
    list_filter = ("is_active",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:  # Any: Django's own nested shape
        """Return time fields for those who may change them, else the hours as text."""
        hours = tuple((opens_field(day), closes_field(day)) for day in DAYS)
        may_change = self.has_change_permission(request, obj)
        return (
            (None, {"fields": ("name", "is_active")}),
            (_("Address"), {"fields": ("street", "postal_code", "city")}),
            (
                _("Opening hours"),
                {"fields": hours, "description": _("Both times empty: closed."), "classes": ("hours",)}
                if may_change
                else {"fields": ("hours",)},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # Any: a store
        """Return the hours as text, where they are shown so."""
        return () if self.has_change_permission(request, obj) else ("hours",)

    @admin.display(description=_("open"))
    def hours(self, obj: Store) -> str:
        """Say when the store is open, day by day."""
        days = sorted((int(day), times) for day, times in obj.opening_hours.items())
        return ", ".join(f"{WEEKDAYS_ABBR[day]} {opens}–{closes}" for day, (opens, closes) in days)


@admin.register(Till, site=office)
class TillAdmin(TenantAdmin):
    """Counter devices and cash registers."""

    explanation = _("A till is a tablet, phone or computer at the counter, or a cash register that books by itself.")
    list_display = ("name", STORE, "device", "api_key", "seen", "is_active")
    list_filter = (StoreFilter, "is_active")
    list_select_related = ("store",)
    form = TillForm
    readonly_fields = ("device", "api_key", "seen")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:  # Any: a till; names and columns
        """Return the form's fields; who only reads sees the store as a link."""
        store = "store" if self.has_change_permission(request, obj) else STORE
        return ("name", store, "quick_stamp", "volume", "is_active", "device", "api_key", "seen")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:  # Any: as above
        """Return what nobody types in."""
        return (*self.readonly_fields, STORE)

    @admin.display(description=_("last seen"), ordering="last_seen_at")
    def seen(self, obj: Till) -> datetime | None:
        """Return when the till last showed up."""
        return obj.last_seen_at

    @admin.display(description=_("device"))
    def device(self, obj: Till) -> str:
        """Say whether a counter device is paired."""
        return gettext("paired") if obj.device_hash else gettext("not paired")

    @admin.display(description=_("API key"))
    def api_key(self, obj: Till) -> str:
        """Say whether the till has a key; the key itself is shown once and never again."""
        return gettext("in use") if obj.api_key_hash else gettext("none")

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a till
        """Offer pairing and keys."""
        if not access_of(request).may(Right.WORK):
            return []
        found = [
            Tool(pgettext_lazy("till", "Pair a device"), reverse("office:till_pair", args=[obj.pk])),
            Tool(_("Make an API key"), reverse("office:till_make_key", args=[obj.pk])),
        ]
        if obj.device_hash:
            found.append(Tool(_("Unpair the device"), reverse("office:till_unpair", args=[obj.pk]), "stop"))
        if obj.api_key_hash:
            found.append(Tool(_("Revoke the API key"), reverse("office:till_revoke_key", args=[obj.pk]), "stop"))
        return found
