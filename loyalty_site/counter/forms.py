"""What people send to the counter, read strictly; sentences for what is wrong with it.

Promises: nothing typed is repeated in an error's sentence. A hidden field that no page of ours would send (a request
id that is none) is a bad request and not a sentence. Rules are not asked here: whether a card may earn is for the
domain to say.
"""

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from loyalty_site.counter.amounts import AmountProblem, UnreadableAmount, parse_amount
from members.card_numbers import MAX_TEXT_LENGTH, UnreadableReason
from rewards.domain.requests import check_request_id

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MAX_NOTE = 120
ENTRIES = frozenset({"scan", "manual"})

AMOUNT_PROBLEMS: dict[AmountProblem, "StrPromise"] = {
    AmountProblem.EMPTY: _("Type the amount of the purchase, such as 12,40."),
    AmountProblem.NOT_A_SUM: _("This is no amount. Type it like 12,40."),
    AmountProblem.AMBIGUOUS: _("This could be two amounts. Type the cents as well, like 1234,00 or 1,23."),
    AmountProblem.TOO_MANY_DIGITS: _("These are too many digits for an amount."),
    AmountProblem.ZERO: _("The amount is 0. Type the amount of the purchase."),
    AmountProblem.TOO_MUCH: _("The amount is above 100,000 euros. Please check it."),
}
UNREADABLE: dict[UnreadableReason, "StrPromise"] = {
    UnreadableReason.EMPTY: _("Scan a card or type its number."),
    UnreadableReason.TOO_LONG: _("This is no card number: it is far too long. Please scan again."),
    UnreadableReason.TOO_SHORT: _("The number is not complete. Scan again, or type all twelve characters."),
    UnreadableReason.CHECK_SYMBOL: _("The check character does not fit. Scan again, or type the number once more."),
    UnreadableReason.UNKNOWN: _("This code is no card of ours. Please scan the customer's card."),
}
NOT_HERE_YET = _("Vouchers and receipt codes can't be taken here yet. Please scan the customer's card.")
CARD_UNKNOWN = _("This shop does not know this card. Scan again, or find the member under “Without a card”.")
TOO_OFTEN = _("That was a little too often. Please wait ten minutes, then try again.")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to read a card: the text as it came, the id of this try, and whether it was scanned or typed.

    The text may hold a code that spends, so it stays out of the repr.
    """

    text: str = field(repr=False)
    request_id: str
    entry: str

    @classmethod
    def from_post(cls, posted: QueryDict) -> Self:
        """Read the hidden parts of a scan form; the text is cut where no code of ours could go on.

        Raises:
            BadRequest: the request id is none.
        """
        entry = posted.get("entry", "")
        text = posted.get("code", "")[: MAX_TEXT_LENGTH + 1]
        return cls(text, request_id_from(posted), entry if entry in ENTRIES else "manual")


def request_id_from(posted: QueryDict) -> str:
    """Return the request id of a form.

    Raises:
        BadRequest: it is none that a page or script of ours makes.
    """
    request_id = posted.get("request_id", "")
    try:
        check_request_id(request_id)
    except ValueError as error:
        raise BadRequest("not a request id") from error
    return request_id


def public_id_from(text: str | None) -> uuid.UUID | None:
    """Return a public id that a form names, or None when it is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


class AmountField(forms.CharField):
    """An amount of money; cleans to whole cents."""

    def to_python(self, value: Any) -> Any:  # Any: Django's own signature; an int comes out
        """Read the amount. Raises: ValidationError with a sentence that says how to type it."""
        try:
            return parse_amount(str(value or ""))
        except UnreadableAmount as error:
            raise ValidationError(AMOUNT_PROBLEMS[error.problem], code=error.problem.value) from None

    def validate(self, value: Any) -> None:  # Any: Django's own signature
        """Nothing more: `to_python` has refused what is empty."""

    def run_validators(self, value: Any) -> None:  # Any: Django's own signature
        """Skip the checks of texts; cents are a number."""


class AmountForm(forms.Form):
    """The sum of a purchase."""

    amount = AmountField()


class PairForm(forms.Form):
    """The one-time code that makes a device a till."""

    code = forms.CharField(label=_("Pairing code"), max_length=60)


class PinForm(forms.Form):
    """Somebody chosen from a list, and their PIN, which no page ever shows again."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        widget=forms.PasswordInput(render_value=False),
        error_messages={"required": _("Enter the PIN.")},
    )


class ShiftForm(PinForm):
    """Who begins a shift."""

    staff = forms.UUIDField(
        error_messages={"required": _("Choose who is there."), "invalid": _("Choose who is there.")}
    )


class ApprovalForm(PinForm):
    """A manager and their PIN, for what they approve."""

    manager = forms.UUIDField(error_messages={"required": _("Choose a manager."), "invalid": _("Choose a manager.")})


class ReverseReason(TextChoices):
    """Why a booking is reversed."""

    WRONG_CARD = "wrong_card", _("wrong card")
    WRONG_AMOUNT = "wrong_amount", _("wrong amount or number")
    TWICE = "twice", _("booked twice")
    GIVEN_BACK = "given_back", _("goods or reward given back")
    OTHER = "other", _("other reason")


class BlockReason(TextChoices):
    """Why a card is blocked or replaced."""

    LOST = "lost", _("lost")
    STOLEN = "stolen", _("stolen")
    WORN = "worn", _("worn out, can't be scanned")
    WISH = "wish", _("at the customer's request")
    DOUBT = "doubt", _("used by somebody else, perhaps")


class UnblockReason(TextChoices):
    """Why a block is lifted."""

    FOUND = "found", _("found again")
    MISTAKE = "mistake", _("blocked by mistake")
    CHECKED = "checked", _("looked into, all in order")


def _reasons(kinds: type[TextChoices]) -> forms.ChoiceField:
    """Return a field that offers reasons to choose from: what is chosen holds no names."""
    return forms.ChoiceField(
        label=_("Reason"),
        choices=kinds.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason."), "invalid_choice": _("Choose a reason.")},
    )


class ReasonForm(forms.Form):
    """Something done to a card or a booking, with a reason; subclasses say which there are."""

    reasons: ClassVar[type[TextChoices]]

    def told(self) -> str:
        """Return the reason as it is kept, in words; call it on a valid form only."""
        label = str(self.reasons(self.cleaned_data["reason"]).label)
        return ": ".join(part for part in (label, self.cleaned_data.get("note", "")) if part)


class ReverseForm(ReasonForm, ApprovalForm):
    """Why a booking is reversed, and who approves it."""

    reasons = ReverseReason
    reason = _reasons(ReverseReason)
    note = forms.CharField(
        label=_("Note"),
        max_length=MAX_NOTE,
        required=False,
        help_text=_("Without names or numbers of customers; it stays on record."),
    )


class BlockForm(ReasonForm):
    """Why a card is blocked or replaced; the number of the new card only for replacing."""

    reasons = BlockReason
    reason = _reasons(BlockReason)
    code = forms.CharField(label=_("New card"), max_length=MAX_TEXT_LENGTH, required=False)


class UnblockForm(ReasonForm, ApprovalForm):
    """Why a block is lifted, and who approves it."""

    reasons = UnblockReason
    reason = _reasons(UnblockReason)


class ReplaceForm(ReasonForm, ApprovalForm):
    """The new card, chosen on the page before, why, and who approves it."""

    reasons = BlockReason
    reason = _reasons(BlockReason)
    new_card = forms.UUIDField()


class PhotoForm(forms.Form):
    """A photographed card."""

    photo = forms.FileField(
        label=_("Photo of the card"),
        error_messages={
            "required": _("There was no photo, or it was larger than 5 MB. Please take it again."),
            "empty": _("The photo is empty. Please take it again."),
        },
    )
