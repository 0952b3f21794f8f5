"""Forms of programs and rewards: what an owner writes down before rules are added."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.tenant_form import LocalDateTimeField, TenantForm
from loyalty_site.web.access import Right
from rewards.models import Program, ProgramState, Reward

#: States that end a program for its members: who may only work in the office can't choose them.
ENDING_STATES = frozenset({ProgramState.ENDED, ProgramState.ARCHIVED})


class ProgramForm(TenantForm):
    """A program. The short unit is made from its word when the program is new and never changes afterwards."""

    starts_at = LocalDateTimeField(label=_("from"), required=False)
    ends_at = LocalDateTimeField(label=_("until"), required=False)

    class Meta(TenantForm.Meta):
        model = Program
        fields = [
            "name",
            "kind",
            "state",
            "unit_singular",
            "unit_plural",
            "starts_at",
            "ends_at",
            "expiry_months",
            "expiry_rounding",
            "redeem_freshness",
            "redeem_level",
            "position",
        ]
        help_texts = {
            "state": _("Only a live program books. A draft can be prepared at leisure."),
            "unit_singular": _("One of what is collected, for example: stamp"),
            "unit_plural": _("Several of them, for example: stamps"),
            "expiry_months": _("0 means that nothing expires."),
            "redeem_freshness": _("A fresh code can't be photographed and used later."),
            "redeem_level": _("0 to 3. From 1 on, the card must have been confirmed."),
            "position": _("Programs with smaller numbers come first at the counter."),
        }

    def clean_state(self) -> str:
        """Only who decides may end a program."""
        state: str = self.cleaned_data["state"]
        if state in ENDING_STATES and state != self.initial.get("state") and not self.access.may(Right.DECIDE):
            raise forms.ValidationError(_("Only an owner ends or archives a program."), code="role")
        return state

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """Make a new program's short unit; check the dates here, where the sentence can say it."""
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The program ends before it starts. Correct one of the two."))
        if self.instance.pk is None:
            self.instance.unit = slugify(cleaned.get("unit_singular") or "")[:20] or "unit"
        return cleaned


class RewardForm(TenantForm):
    """A reward of one program; which program stays as it is once the reward exists."""

    starts_at = LocalDateTimeField(label=_("from"), required=False)
    ends_at = LocalDateTimeField(label=_("until"), required=False)

    class Meta(TenantForm.Meta):
        model = Reward
        fields = ["program", "name", "description", "price", "stock", "starts_at", "ends_at", "is_active"]
        labels = {"program": _("program")}
        help_texts = {"price": _("In units of the program, for example 10 stamps.")}

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """Check what the database would refuse without a sentence."""
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The reward ends before it starts. Correct one of the two."))
        if cleaned.get("price") == 0:
            self.add_error("price", _("A reward costs at least one unit."))
        if (cleaned.get("stock") or 0) < 0:
            self.add_error("stock", _("There can't be fewer than none."))
        return cleaned
