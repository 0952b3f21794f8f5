"""Programs, their rules in plain language, and rewards. Rules are written on pages of their own (views/rules.py)."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.columns import PROGRAM
from loyalty_site.owner.filters import ProgramFilter
from loyalty_site.owner.forms.program_forms import ProgramForm, RewardForm
from loyalty_site.owner.rule_lines import rule_line, rules_of, store_names
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import ReadOnlyAdmin, TenantAdmin, Tool
from loyalty_site.web.access import Right
from rewards.domain.programs import save_program, save_reward
from rewards.models import Program, Reward, Rule


@admin.register(Program, site=office)
class ProgramAdmin(TenantAdmin):
    """Stamp cards and points. Ended and archived, never deleted: balances hang on them."""

    form = ProgramForm
    change_form_template = "owner/program.html"
    list_display = ("name", "kind", "state", "unit_plural", "starts_at", "ends_at")
    list_filter = ("state", "kind")
    fieldsets = (
        (None, {"fields": ("name", "kind", "state", "unit_singular", "unit_plural")}),
        (_("Period"), {"fields": ("starts_at", "ends_at")}),
        (_("Expiry"), {"fields": ("expiry_months", "expiry_rounding")}),
        (_("Redeeming"), {"fields": ("redeem_freshness", "redeem_level")}),
        (_("Order"), {"fields": ("position",)}),
    )

    def save_object(self, obj: Any, form: Any, at: datetime) -> None:  # Any: a program and its form
        """Save through the domain, which opens the program's accounts and lets bookings see the change."""
        save_program(program=obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:  # Any: Django's own signature
        """Add the rules and rewards of the program below the form."""
        program: Program | None = obj
        if program is not None:
            at = timezone.now()
            context["rule_lines"] = rules_of(program=program, at=at, language=get_language() or "de")
            context["rewards"] = list(Reward.objects.for_merchant(program.merchant_id).filter(program=program))
            context["may_work"] = access_of(request).may(Right.WORK)
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Rule, site=office)
class RuleAdmin(ReadOnlyAdmin):
    """Every version of every rule, for reading; written on pages of their own."""

    explanation = _(
        "What a visit earns, rule by rule. A rule that has booked is never changed: editing ends it and starts its "
        "next version."
    )
    list_filter = (ProgramFilter,)
    list_select_related = ("program",)
    fields = ("name", PROGRAM, "in_words", "version", "starts_at", "ends_at", "position")
    readonly_fields = ("in_words",)

    def get_list_display(self, request: HttpRequest) -> tuple[str | Callable[[Rule], str], ...]:
        """Return the columns; the stores' names are read once a list, when the first rule needs them."""
        merchant = access_of(request).merchant
        names = cache(lambda: store_names(merchant))

        @admin.display(description=_("in words"))
        def in_words(rule: Rule) -> str:
            return rule_line(rule, program=rule.program, language=get_language() or "de", stores=names())

        return ("name", PROGRAM, in_words, "version", "starts_at", "ends_at")

    @admin.display(description=_("in words"))
    def in_words(self, obj: Rule) -> str:
        """Return the rule in plain language."""
        names = store_names(obj.merchant)
        return rule_line(obj, program=obj.program, language=get_language() or "de", stores=names)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a rule
        """Offer the next version and the end, while the rule is open."""
        if obj.ends_at is not None or not access_of(request).may(Right.WORK):
            return []
        return [
            Tool(pgettext_lazy("rule", "Edit"), reverse("office:rule_edit", args=[obj.pk])),
            Tool(pgettext_lazy("rule", "End"), reverse("office:rule_end", args=[obj.pk]), "stop"),
        ]


@admin.register(Reward, site=office)
class RewardAdmin(TenantAdmin):
    """What balances buy."""

    form = RewardForm
    list_display = ("name", PROGRAM, "price", "stock", "is_active")
    list_filter = (ProgramFilter, "is_active")
    list_select_related = ("program",)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        """Leave an existing reward in its program: redemptions name both."""
        return () if obj is None else (PROGRAM,)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        """Return the form's fields; the program can be chosen once."""
        program = "program" if obj is None else PROGRAM
        return (program, "name", "description", "price", "stock", "starts_at", "ends_at", "is_active")

    def save_object(self, obj: Any, form: Any, at: datetime) -> None:  # Any: a reward and its form
        """Save through the domain, which lets the counter see the change."""
        save_reward(reward=obj)
