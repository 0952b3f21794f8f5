"""Figures in the active language: sums of money, units, times, days and lists.

Which form a figure takes follows from its name (see rewards/engine/reasons.py): _cents is money, _minute a time
of day, _on a date, units and _units a count with the program's word for it. All functions use the active
language; `sentence`, `preview` and `problem_sentence` set it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from rewards.engine.reasons import from_lines

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


#: How each channel completes "booked …".
CHANNEL_PHRASES: Mapping[str, "StrPromise"] = {
    "counter": pgettext_lazy("booked …", "by the team"),
    "till": pgettext_lazy("booked …", "by the till"),
    "web": pgettext_lazy("booked …", "in the online shop"),
    "receipt": pgettext_lazy("booked …", "with the receipt"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words that the merchant chose. Without unit names the text says "unit"; unknown stores show their key."""

    unit_singular: str | None = None
    unit_plural: str | None = None
    stores: Mapping[str, str] = field(default_factory=dict)


def money(cents: int, *, short: bool = False) -> str:
    """Return a sum such as 1.234,50 €; `short` leaves out the cents of a whole sum (5 €)."""
    places = 0 if short and cents % 100 == 0 else 2
    figure = number_format(Decimal(abs(cents)) / 100, decimal_pos=places, use_l10n=True, force_grouping=True)
    shown = pgettext("sum of money", "€%(sum)s") % {"sum": figure}
    return f"−{shown}" if cents < 0 else shown


def number(value: int) -> str:
    """Return a whole number with the language's grouping."""
    return number_format(value, use_l10n=True, force_grouping=True)


def units(count: int, names: Names) -> str:
    """Return a count with the word of the program's unit, such as 3 stamps."""
    if count == 1:
        return f"{number(count)} {names.unit_singular or pgettext('one of a program', 'unit')}"
    return f"{number(count)} {unit_plural(names)}"


def unit_plural(names: Names) -> str:
    """Return the word for several of the program's units."""
    return names.unit_plural or pgettext("several of a program", "units")


def percent(value: int) -> str:
    """Return a percentage."""
    return pgettext("percentage", "%(number)s%%") % {"number": number(value)}


def factor(value: int) -> str:
    """Return a percentage as a factor: 150 is 1.5, 200 is 2."""
    places = 0 if value % 100 == 0 else 1 if value % 10 == 0 else 2
    return number_format(Decimal(value) / 100, decimal_pos=places, use_l10n=True)


def clock(minute: int) -> str:
    """Return a minute of the day on a 24-hour clock, such as 7:05; 1440 is 24:00."""
    return f"{minute // 60}:{minute % 60:02d}"


def day(iso: str) -> str:
    """Return an ISO date as people write it."""
    # Translators: a Django date format; German uses d.m.Y
    return date_format(date.fromisoformat(iso), pgettext("date format", "j F Y"), use_l10n=False)


def weekday(index: int) -> str:
    """Return the name of a day of the week, 0 is Monday."""
    return str(WEEKDAYS[index])


def listed(texts: Sequence[str], *, last: Callable[[str, str], str]) -> str:
    """Return texts as a list in one line; `last` joins the final one."""
    return texts[0] if len(texts) == 1 else last(", ".join(texts[:-1]), texts[-1])


def with_and(first: str, last: str) -> str:
    """Join two parts that are both meant."""
    return _("%(first)s and %(last)s") % {"first": first, "last": last}


def with_or(first: str, last: str) -> str:
    """Join two parts of which one will do."""
    return _("%(first)s or %(last)s") % {"first": first, "last": last}


def weekdays(lines: str | int) -> str:
    """Return a list of weekdays from a parameter with one number per line."""
    return listed([weekday(int(index)) for index in from_lines(lines)], last=with_or)


def stores(lines: str | int, names: Names) -> str:
    """Return a list of stores by name from a parameter with one key per line."""
    return listed([names.stores.get(key, key) for key in from_lines(lines)], last=with_or)


def channels(lines: str | int) -> str:
    """Return a list of channels as they complete "booked …"."""
    return listed([str(CHANNEL_PHRASES[channel]) for channel in from_lines(lines)], last=with_or)


def shown(params: Mapping[str, str | int], names: Names) -> dict[str, str | int]:
    """Return all parameters ready for a sentence, and each whole number once more as <name>_count for plurals."""
    ready: dict[str, str | int] = {name: _shown(name, value, names) for name, value in params.items()}
    ready |= {f"{name}_count": value for name, value in params.items() if isinstance(value, int)}
    return ready


def _shown(name: str, value: str | int, names: Names) -> str:
    listing = _LISTS.get(name)
    if listing is not None:
        return listing(value, names)
    if isinstance(value, str):
        return day(value) if name.endswith("_on") else value
    if name == "units" or name.endswith("_units"):
        return units(value, names)
    for ending, form in _ENDINGS.items():
        if name.endswith(ending):
            return form(value)
    return number(value)


_LISTS: Mapping[str, Callable[[str | int, Names], str]] = {
    "weekday": lambda value, names: weekdays(value),
    "weekdays": lambda value, names: weekdays(value),
    "store": stores,
    "stores": stores,
    "channel": lambda value, names: channels(value),
    "channels": lambda value, names: channels(value),
}
_ENDINGS: Mapping[str, Callable[[int], str]] = {"_cents": money, "_minute": clock, "percent": percent}
