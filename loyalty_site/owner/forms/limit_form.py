"""The form of a limit, and a limit as a sentence."""

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fraud.models import Limit, LimitKind
from loyalty_site.owner.tenant_form import TenantForm
from members.models import Merchant
from rewards.models import Program


class LimitForm(TenantForm):
    """A cap per day or a time lock. The program is chosen among the merchant's own; fraud keeps only its id."""

    class Meta(TenantForm.Meta):
        model = Limit
        fields = ["kind", "subject", "program", "maximum", "seconds", "is_active"]
        help_texts = {
            "maximum": _("Per local day. Not used by a time lock."),
            "seconds": _("Only used by a time lock: 1800 are half an hour."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if "program" in self.fields:
            choices = [("", gettext("all programs together")), *program_names(self.merchant).items()]
            self.fields["program"] = forms.ChoiceField(label=_("program"), choices=choices, required=False)

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """A limit must be able to limit."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == LimitKind.INTERVAL:
            if not cleaned.get("seconds"):
                self.add_error("seconds", _("A time lock needs at least one second."))
        elif "kind" in cleaned and not cleaned.get("maximum"):
            self.add_error("maximum", _("A limit of 0 would refuse everything. Enter at least 1."))
        return cleaned


def program_names(merchant: Merchant) -> dict[str, str]:
    """Return the merchant's programs by the id that limits name them with."""
    programs = Program.objects.for_merchant(merchant).values_list("public_id", "name")
    return {str(public_id): name for public_id, name in programs}


def limit_sentence(limit: Limit) -> str:
    """Return a limit in plain language, in the active language."""
    subject = limit.get_subject_display()
    if limit.kind == LimitKind.INTERVAL:
        text = ngettext(
            "For each %(subject)s: %(count)d second between two bookings",
            "For each %(subject)s: %(count)d seconds between two bookings",
            limit.seconds,
        )
        return text % {"subject": subject, "count": limit.seconds}
    if limit.kind == LimitKind.UNITS:
        text = ngettext(
            "For each %(subject)s: at most %(count)d unit a day",
            "For each %(subject)s: at most %(count)d units a day",
            limit.maximum,
        )
    else:
        text = ngettext(
            "For each %(subject)s: at most %(count)d booking a day",
            "For each %(subject)s: at most %(count)d bookings a day",
            limit.maximum,
        )
    return text % {"subject": subject, "count": limit.maximum}
