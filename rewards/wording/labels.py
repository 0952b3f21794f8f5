"""Labels: what the kinds, parameters and choices of the vocabulary are called on screen.

Forms and problem sentences use the same names. The tables are compared with the vocabulary by a test.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, override

from rewards.wording.figures import CHANNEL_PHRASES, weekday

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


KINDS: Mapping[str, "StrPromise"] = {
    "amount": gettext_lazy("Sum of the purchase"),
    "store": gettext_lazy("Store"),
    "weekday": gettext_lazy("Weekday"),
    "hours": gettext_lazy("Time of day"),
    "dates": gettext_lazy("Period"),
    "channel": gettext_lazy("Way of booking"),
    "level": gettext_lazy("Confirmation of the card"),
    "nth_visit": gettext_lazy("Every so many visits"),
    "first_visit": gettext_lazy("First visit"),
    "fixed": gettext_lazy("Fixed number"),
    "per_amount": gettext_lazy("By sum of the purchase"),
    "per_item": gettext_lazy("By item"),
    "multiplier": gettext_lazy("Multiply"),
}

PARAMETERS: Mapping[str, "StrPromise"] = {
    "minimum_cents": gettext_lazy("At least (sum)"),
    "maximum_cents": gettext_lazy("At most (sum)"),
    "stores": gettext_lazy("Stores"),
    "weekdays": gettext_lazy("Weekdays"),
    "from_minute": gettext_lazy("From (time)"),
    "to_minute": gettext_lazy("Until (time)"),
    "from_on": gettext_lazy("First day"),
    "to_on": gettext_lazy("Last day"),
    "channels": gettext_lazy("Booked"),
    "minimum": gettext_lazy("Level at least"),
    "every": gettext_lazy("Every how many visits"),
    "units": gettext_lazy("Units"),
    "per_cents": gettext_lazy("For every full (sum)"),
    "carry": gettext_lazy("Remainders count next time"),
    "categories": gettext_lazy("Categories"),
    "skus": gettext_lazy("Product numbers"),
    "percent": gettext_lazy("Percent"),
    "maximum_units": gettext_lazy("At most per purchase"),
    "kind": gettext_lazy("Kind"),
    "when": gettext_lazy("Conditions"),
    "then": gettext_lazy("Effects"),
    "group": gettext_lazy("Group"),
    "stacking": gettext_lazy("Within the group"),
}

CHOICES: Mapping[str, "StrPromise"] = {
    **CHANNEL_PHRASES,
    "all": gettext_lazy("all rules count"),
    "best": gettext_lazy("only the best rule counts"),
    "first": gettext_lazy("only the first rule that fits counts"),
}


def kind_label(kind: str, *, language: str) -> str:
    """Return the name of a condition or effect.

    Raises:
        KeyError: the vocabulary has no such kind.
    """
    with override(language):
        return str(KINDS[kind])


def parameter_label(name: str, *, language: str) -> str:
    """Return the name of a parameter.

    Raises:
        KeyError: the vocabulary has no such parameter.
    """
    with override(language):
        return str(PARAMETERS[name])


def choice_label(choice: str | int, *, language: str) -> str:
    """Return the name of a choice; whole numbers are weekdays, 0 is Monday.

    Raises:
        KeyError: the vocabulary has no such choice.
    """
    with override(language):
        return weekday(choice) if isinstance(choice, int) else str(CHOICES[choice])
