"""The team: who works here, in which role. PINs, logins and leaving have pages of their own (views/team.py)."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.columns import OWN_CARD
from loyalty_site.owner.forms.team_forms import StaffForm
from loyalty_site.owner.logins import login_for
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import TenantAdmin, Tool
from loyalty_site.web.access import Right, StaffAccess, staff_access
from members.domain.people import add_staff
from members.models import COUNTER_ROLES, Role, Staff


@admin.register(Staff, site=office)
class StaffAdmin(TenantAdmin):
    """People at work. Whoever leaves is taken off the team and stays in the log."""

    needs_fresh_factor = True
    form = StaffForm
    explanation = _("Everybody at the counter needs a PIN; everybody in the office a login with a second factor.")
    list_display = ("name", "role", "pin", "login", "is_active")
    list_filter = ("is_active", "role")
    list_select_related = ("user",)
    readonly_fields = (OWN_CARD, "pin", "login", "is_active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:  # Any: a person; names, columns
        """Return the form's fields: of a new person name, role and address; of others, what can change."""
        if obj is None:
            decides = access_of(request).may(Right.DECIDE)
            return ("name", "role", "email") if decides else ("name", "role")
        if not self.has_change_permission(request, obj):
            return ("name", "role", OWN_CARD, "pin", "login", "is_active")
        return ("name", "role", "own_card_number", "pin", "login", "is_active")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: a person
        """Managers change people at the till, owners everybody."""
        access = staff_access(request)
        if access is None or not access.may(Right.WORK):
            return False
        return obj is None or access.may_change(obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # Any: a person, its form
        """Add a person through the domain; it writes the audit entry."""
        if change:
            super().save_model(request, obj, form, change)
            return
        email = form.cleaned_data.get("email", "")
        made = add_staff(
            merchant=access_of(request).merchant,
            name=form.cleaned_data["name"],
            role=Role(form.cleaned_data["role"]),
            actor=access_of(request).actor,
            at=timezone.now(),
            user=login_for(email) if email else None,
        )
        obj.pk, obj.public_id = made.pk, made.public_id

    def save_object(self, obj: Any, form: Any, at: datetime) -> None:  # Any: a person and its form
        """Save name, role and own card; PIN and login have their own pages."""
        obj.save(update_fields=["name", "role", "own_card"])

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a person
        """Offer PIN, login and leaving to those who may."""
        access = access_of(request)
        if not obj.is_active:
            may = self.has_change_permission(request, obj)
            return [Tool(_("Back on the team"), reverse("office:staff_return", args=[obj.pk]))] if may else []
        found = []
        if may_set_pin(access, obj):
            found.append(Tool(_("Set a PIN"), reverse("office:staff_pin", args=[obj.pk])))
        if access.may(Right.DECIDE):
            found.append(Tool(_("Login"), reverse("office:staff_login", args=[obj.pk])))
        if access.may_change(obj) and obj.pk != access.staff.pk:
            found.append(Tool(_("Take off the team"), reverse("office:staff_leave", args=[obj.pk]), "stop"))
        return found

    @admin.display(description="PIN")
    def pin(self, obj: Staff) -> str:
        """Say whether there is a PIN, never which."""
        return gettext("set") if obj.pin_hash else gettext("not set")

    @admin.display(description=_("login"))
    def login(self, obj: Staff) -> str:
        """Return the address that this person logs in with."""
        return obj.user.email if obj.user is not None else "–"


def may_set_pin(access: StaffAccess, person: Staff) -> bool:
    """Tell whether somebody may give this person a PIN: their own, or that of people they may change."""
    if person.role not in COUNTER_ROLES:
        return False
    return access.may_change(person) or (access.may(Right.WORK) and person.pk == access.staff.pk)
