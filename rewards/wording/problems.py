"""Problems as sentences that say what to change in a rule.

One sentence per problem code of the vocabulary; a test compares this table with it. The field is named by its
label, found at the end of the problem's path.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from rewards.engine.problems import Problem
from rewards.engine.reasons import from_lines
from rewards.wording.figures import Names, clock, listed, money, number, percent, shown, weekday, with_or
from rewards.wording.labels import CHOICES, KINDS, PARAMETERS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


SENTENCES: Mapping[str, "StrPromise"] = {
    "wrong_type": gettext_lazy("%(field)s: this must be %(expected)s."),
    "unknown_parameter": gettext_lazy("“%(name)s” is not known here. Remove it or correct the spelling."),
    "missing_parameter": gettext_lazy("%(field)s: an entry is needed."),
    "too_small": gettext_lazy("%(field)s: enter at least %(minimum)s."),
    "too_large": gettext_lazy("%(field)s: enter at most %(maximum)s."),
    "unknown_choice": gettext_lazy("%(field)s: choose from %(choices)s."),
    "list_empty": gettext_lazy("%(field)s: choose at least one, or remove the condition."),
    "list_too_long": gettext_lazy("%(field)s: no more than %(maximum)s entries are possible."),
    "text_invalid": gettext_lazy("%(field)s: enter a text of 1 to %(maximum)s characters without line breaks."),
    "date_invalid": gettext_lazy("%(field)s: enter a date that exists."),
    "kind_unknown": gettext_lazy("“%(kind)s” is no known condition or effect. Choose one from the list."),
    "one_needed": gettext_lazy("Fill in “%(first)s”, “%(second)s” or both."),
    "range_reversed": gettext_lazy("“%(first)s” lies above “%(second)s”. Swap or correct them."),
    "window_empty": gettext_lazy("The time of day starts and ends at the same minute. Change one of the two."),
    "maximum_below_units": gettext_lazy(
        "%(field)s: enter at least %(units)s, as many as a single step grants, or leave it empty."
    ),
    "conditions_contradict": gettext_lazy(
        "The conditions “%(kind)s” can never hold at the same time. Change or remove one of them."
    ),
    "conditions_exclude": gettext_lazy(
        "The conditions “%(first)s” and “%(second)s” can never hold at the same time. Change or remove one of them."
    ),
    "effect_missing": gettext_lazy("The rule grants nothing yet. Add at least one effect."),
    "carry_twice": gettext_lazy(
        "Only one effect of a rule can carry remainders over. Make the other one a rule of its own."
    ),
    "multiplier_not_alone": gettext_lazy(
        "“Multiply” must be the only effect of its rule. Make the other effect a rule of its own."
    ),
    "stacking_mixed": gettext_lazy(
        "The rules of the group “%(group)s” disagree on which of them count. Choose the same for all."
    ),
    "multiplier_without_base": gettext_lazy(
        "The group “%(group)s” has only rules that multiply, and nothing to be multiplied. "
        "Add a rule that grants something, or move this one to another group."
    ),
}

EXPECTED: Mapping[str, "StrPromise"] = {
    "integer": gettext_lazy("a whole number"),
    "cents": gettext_lazy("a sum in whole cents"),
    "minute": gettext_lazy("a minute of the day"),
    "percent": gettext_lazy("a whole percentage"),
    "boolean": gettext_lazy("yes or no"),
    "date": gettext_lazy("a date"),
    "texts": gettext_lazy("a list of texts"),
    "choices": gettext_lazy("a list of choices"),
    "text": gettext_lazy("a text"),
    "list": gettext_lazy("a list"),
    "object": gettext_lazy("an object with fields"),
}


def problem_sentence(problem: Problem, *, language: str) -> str:
    """Return what to change, as one or two whole sentences in `language`.

    Raises:
        KeyError: the code is not one of the engine's.
    """
    with override(language):
        field = _field(problem.path)
        params = {name: _value(name, value, field) for name, value in problem.params.items()}
        return SENTENCES[problem.code] % {**params, "field": _label(field)}


def _field(path: str) -> str:
    """Return the last part of the path that is a name and not a place in a list."""
    return next((part for part in reversed(path.split(".")) if not part.isdigit()), "")


def _label(field: str) -> str:
    return str(PARAMETERS[field]) if field in PARAMETERS else (field or _("The rule"))


def _value(name: str, value: str | int, field: str) -> str:
    """Return a figure of the problem in the form that its field has."""
    if name in ("minimum", "maximum") and isinstance(value, int):
        return _bound(value, field)
    if name == "expected":
        return str(EXPECTED[str(value)])
    if name == "choices":
        return listed([_choice(choice) for choice in from_lines(value)], last=with_or)
    if name in ("first", "second", "kind"):
        return str(KINDS.get(str(value)) or PARAMETERS.get(str(value)) or value)
    return str(shown({name: value}, Names())[name])


def _bound(value: int, field: str) -> str:
    if field.endswith("_cents"):
        return money(value)
    if field.endswith("_minute"):
        return clock(value)
    return percent(value) if field == "percent" else number(value)


def _choice(choice: str) -> str:
    return weekday(int(choice)) if choice.isdigit() else str(CHOICES[choice])
