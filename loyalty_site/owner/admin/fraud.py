"""Fraud protection: the decisions on each event, and the hard limits that an owner sets."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fraud.models import Assessment, Limit
from loyalty_site.owner.admin.ledger import moment
from loyalty_site.owner.columns import CARD, STAFF, STORE, TILL
from loyalty_site.owner.explanations import assessment_lines
from loyalty_site.owner.filters import StaffFilter, StoreFilter, TillFilter
from loyalty_site.owner.forms.limit_form import LimitForm, limit_sentence, program_names
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import ReadOnlyAdmin, TenantAdmin
from loyalty_site.web.access import Right
from members.domain.merchants import touch_rules


@admin.register(Assessment, site=office)
class AssessmentAdmin(ReadOnlyAdmin):
    """Decisions, with what they were made from."""

    explanation = _("What fraud protection decided on each event, and why. It accuses nobody.")
    list_display = ("at", "event", "decision", CARD, STORE, TILL, STAFF)
    list_filter = ("decision", StoreFilter, TillFilter, StaffFilter)
    list_select_related = ("card", "store", "till", "staff")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fieldsets = (
        (None, {"fields": ("at", "event", "decision", "why")}),
        (_("Where"), {"fields": (CARD, STORE, TILL, STAFF)}),
    )
    readonly_fields = ("why",)

    def object_title(self, obj: Assessment) -> str:
        """Return decision and time."""
        return f"{obj.get_decision_display()}: {moment(obj.at)}"

    @admin.display(description=_("reasons"))
    def why(self, obj: Assessment) -> SafeString | str:
        """Return the reasons as sentences."""
        lines = assessment_lines(obj, language=get_language() or "de")
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines)) or str(_("Nothing spoke against it."))


@admin.register(Limit, site=office)
class LimitAdmin(TenantAdmin):
    """Caps and time locks; set by owners only, with a fresh second factor."""

    change_right = Right.DECIDE
    needs_fresh_factor = True
    form = LimitForm
    explanation = _("Hard limits: whatever is beyond one is refused at the counter, with the reason on the screen.")
    list_filter = ("is_active",)

    def get_list_display(self, request: HttpRequest) -> tuple[str | Callable[[Limit], str], ...]:
        """Return the columns; the programs' names are read once a list."""
        merchant = access_of(request).merchant
        names = cache(lambda: program_names(merchant))

        @admin.display(description=_("program"))
        def program(limit: Limit) -> str:
            return names().get(limit.program, "") or str(_("all programs together"))

        return ("in_words", program, "is_active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # Any: a limit
        """Return the form's fields; who only reads sees the program's name and not its id."""
        program = "program" if self.has_change_permission(request, obj) else "program_name"
        return ("kind", "subject", program, "maximum", "seconds", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # Any: a limit
        """Return what is shown only to those who read."""
        return () if self.has_change_permission(request, obj) else ("program_name",)

    @admin.display(description=_("program"))
    def program_name(self, obj: Limit) -> str:
        """Return the name of the program that a limit is for."""
        return program_names(obj.merchant).get(obj.program, "") or str(_("all programs together"))

    @admin.display(description=_("limit"))
    def in_words(self, obj: Limit) -> str:
        """Return the limit as a sentence."""
        return limit_sentence(obj)

    def object_title(self, obj: Limit) -> str:
        """Return the limit as a sentence."""
        return limit_sentence(obj)

    def save_object(self, obj: Any, form: Any, at: datetime) -> None:  # Any: a limit and its form
        """Save, and let the next booking in any process see it."""
        obj.save()
        touch_rules(merchant=obj.merchant)
