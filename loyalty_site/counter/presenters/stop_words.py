"""The words of each refusal: colour, headline, what to say to the customer, sign. Sentences come from the domain.

Amber (`warn`) means wait or do something first, red (`stop`) means hand nothing over. What is said accuses nobody.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Kind = Literal["warn", "stop"]


@dataclass(frozen=True, slots=True)
class Words:
    """How a reason is shown: colour, headline, what to say to the customer, sign."""

    kind: Kind
    title: "StrPromise"
    say: "StrPromise | str" = ""
    icon: str = ""


_LIMIT = Words(
    "warn",
    gettext_lazy("Today's limit is reached"),
    gettext_lazy("That was all the card can collect today. Tomorrow it goes on."),
    "clock",
)
_OUR_LIMIT = Words(
    "warn",
    gettext_lazy("Today's limit is reached"),
    gettext_lazy("I can't book it myself right now. One moment, I'll ask."),
    "clock",
)
_FOR_ALL = ("card", "staff", "till", "store")
WORDS: dict[str, Words] = {
    "card_blocked": Words(
        "stop",
        gettext_lazy("Card is blocked"),
        gettext_lazy("The card is blocked at the moment. Nothing on it is lost; the manager can look into it."),
        "lock",
    ),
    "card_replaced": Words(
        "stop",
        gettext_lazy("Card was replaced"),
        gettext_lazy("This card has been replaced by a new one. Everything you collected is on the new card."),
        "swap",
    ),
    "own_card": Words(
        "stop",
        gettext_lazy("That is your own card"),
        gettext_lazy("Could you book my card, please?"),
        "user",
    ),
    "time_lock": Words(
        "warn",
        gettext_lazy("Booked just now"),
        gettext_lazy("The stamp from before is on the card. It goes on at your next visit."),
        "clock",
    ),
    **{
        f"limit_{counted}_{subject}": _LIMIT if subject == "card" else _OUR_LIMIT
        for counted in ("units", "bookings")
        for subject in _FOR_ALL
    },
    "no_rule_granted": Words(
        "warn",
        gettext_lazy("Nothing to collect this time"),
        gettext_lazy("This purchase does not collect anything. I can show you why."),
        "info",
    ),
    "level_needed": Words(
        "warn",
        gettext_lazy("Card is not confirmed yet"),
        gettext_lazy("Please confirm your card on the phone once. Then you can redeem, and nothing is lost."),
        "shield",
    ),
    "fresh_code_needed": Words(
        "warn",
        gettext_lazy("A fresh code is needed"),
        gettext_lazy("Please open your card on the phone once more, then I'll scan it."),
        "phone",
    ),
    "code_used": Words(
        "warn",
        gettext_lazy("Code was used already"),
        gettext_lazy("Please open your card on the phone once more, then I'll scan it."),
        "clock",
    ),
    "too_few_units": Words("warn", gettext_lazy("Balance is not enough"), "", "gift"),
    "reward_closed": Words("warn", gettext_lazy("Reward is not available"), "", "gift"),
    "out_of_stock": Words("warn", gettext_lazy("Reward is used up"), "", "gift"),
    "already_undone": Words("warn", gettext_lazy("Already taken back"), "", "undo"),
    "too_late": Words("warn", gettext_lazy("Too late for undo"), "", "undo"),
    "spent_meanwhile": Words("warn", gettext_lazy("Already spent"), "", "undo"),
    "nothing_to_undo": Words("warn", gettext_lazy("Nothing to take back"), "", "undo"),
    "returned_meanwhile": Words("warn", gettext_lazy("Partly returned"), "", "undo"),
    "already_returned": Words("warn", gettext_lazy("Already returned"), "", "undo"),
    "nothing_to_return": Words("warn", gettext_lazy("Nothing to take back"), "", "undo"),
    "return_exceeds": Words("warn", gettext_lazy("More than is left"), "", "undo"),
    "return_amount_unknown": Words("warn", gettext_lazy("Amount is not known"), "", "undo"),
    "taken_back": Words("warn", gettext_lazy("Taken back"), "", "undo"),
}
UNKNOWN = Words("warn", gettext_lazy("Not booked"))


def words_for(code: str) -> Words:
    """Return the words of a reason; of an unknown one, amber and neutral ones."""
    return WORDS.get(code, UNKNOWN)
