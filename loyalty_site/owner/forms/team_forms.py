"""Forms of the team: a person, their PIN, their login, and the reason of an act."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.logins import refuse_taken
from loyalty_site.owner.tenant_form import TenantForm
from loyalty_site.web.access import Right
from members.card_numbers import UnreadableCode, parse
from members.domain.contacts import normal_email, normal_name
from members.domain.pins import PinProblemReason, pin_problem
from members.models import Card, Role, Staff

PIN_PROBLEMS = {
    PinProblemReason.NOT_DIGITS: _("A PIN has digits only."),
    PinProblemReason.LENGTH: _("A PIN has 4 to 6 digits."),
    PinProblemReason.TRIVIAL: _("Anybody would guess this PIN. Choose another one."),
}


class StaffForm(TenantForm):
    """A person on the team. Only who decides gives roles; others add people at the till."""

    email = forms.CharField(
        label=_("e-mail address for the office"),
        required=False,
        widget=forms.EmailInput,
        help_text=_("Only for people who work in the office. They log in with a code by e-mail."),
    )
    own_card_number = forms.CharField(
        label=_("own card"),
        required=False,
        help_text=_("Card number. Nobody books on their own card; this is how the counter knows it."),
    )

    class Meta(TenantForm.Meta):
        model = Staff
        fields = ["name", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if self.instance.own_card is not None:
            self.initial.setdefault("own_card_number", self.instance.own_card.grouped_number)
        if "role" in self.fields and not self.access.may(Right.DECIDE):
            self.fields["role"].choices = [(Role.CASHIER.value, Role.CASHIER.label)]  # type: ignore[attr-defined]
            self.fields.pop("email", None)

    def clean_name(self) -> str:
        """Return the name in one spelling."""
        name: str = self.cleaned_data["name"]
        with _messages_alone():
            return normal_name(name, field="name")

    def clean_role(self) -> str:
        """Keep at least one active owner; locked, so that two owners can't demote each other at once."""
        role: str = self.cleaned_data["role"]
        if self.instance.pk and self.initial.get("role") == Role.OWNER and role != Role.OWNER:
            owners = Staff.objects.for_merchant(self.merchant).filter(role=Role.OWNER, is_active=True)
            if [owner.pk for owner in owners.order_by("pk").select_for_update()] == [self.instance.pk]:
                raise ValidationError(_("The last owner stays an owner."), code="last_owner")
        return role

    def clean_email(self) -> str:
        """Return the address in one spelling, unless somebody on the team has it."""
        email: str = self.cleaned_data["email"]
        if not email:
            return ""
        with _messages_alone():
            email = normal_email(email)
            refuse_taken(staff_id=self.instance.pk, merchant_id=self.merchant.pk, email=email)
        return email

    def clean_own_card_number(self) -> str:
        """Find the card among the merchant's own."""
        text: str = self.cleaned_data["own_card_number"]
        self.instance.own_card = _card(self.merchant.pk, text) if text else None
        return text


class LoginForm(forms.Form):
    """The address that lets somebody into the office; empty lets nobody in."""

    email = forms.CharField(label=_("e-mail address"), required=False, widget=forms.EmailInput)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_email(self) -> str:
        """Return the address in one spelling, unless somebody else on the team has it."""
        email: str = self.cleaned_data["email"]
        if not email:
            return ""
        with _messages_alone():
            email = normal_email(email)
            refuse_taken(staff_id=self.staff.pk, merchant_id=self.staff.merchant_id, email=email)
        return email


class PinForm(forms.Form):
    """A new PIN, typed twice and never shown."""

    pin = forms.CharField(label=_("new PIN"), widget=forms.PasswordInput(attrs={"inputmode": "numeric"}), max_length=6)
    again = forms.CharField(
        label=_("once more"), widget=forms.PasswordInput(attrs={"inputmode": "numeric"}), max_length=6
    )

    def clean_pin(self) -> str:
        """Refuse what can't be a PIN."""
        pin: str = self.cleaned_data["pin"]
        reason = pin_problem(pin)
        if reason is not None:
            raise ValidationError(PIN_PROBLEMS[reason], code=reason.value)
        return pin

    def clean(self) -> dict[str, Any]:  # Any: field values
        """Both must be the same."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "pin" in cleaned and "again" in cleaned and cleaned["pin"] != cleaned["again"]:
            self.add_error("again", _("This is another PIN than above."))
        return cleaned


class ReasonForm(forms.Form):
    """Why something is done; kept in the log."""

    reason = forms.CharField(label=_("reason"), max_length=200, help_text=_("Kept in the log. No phone numbers."))


@contextmanager
def _messages_alone() -> Iterator[None]:
    """Turn errors that name their field into bare ones: inside `clean_<field>` Django wants the messages alone.

    Raises:
        ValidationError: with the messages of that one field.
    """
    try:
        yield
    except ValidationError as error:
        raise ValidationError([message for found in error.error_dict.values() for message in found]) from None


def _card(merchant_id: int, text: str) -> Card:
    """Return the merchant's card that a text names. Raises: ValidationError."""
    try:
        card = Card.objects.for_merchant(merchant_id).filter(number=parse(text).number).first()
    except UnreadableCode:
        card = None
    if card is None:
        raise ValidationError(_("There is no card with this number here."), code="unknown")
    return card
