"""Phrases: each condition and effect as a piece of a preview, in the active language.

One function per class of the vocabulary, found by the class; a test asks for all of them. A phrase starts small
and carries no punctuation at its end, so that preview.py can put several together.
"""

from functools import singledispatch

from django.utils.translation import pgettext

from rewards.engine.calendar_conditions import InDates, InHours, OnWeekday
from rewards.engine.conditions import AmountBetween, AtLevel, FirstVisit, InStore, NthVisit, OverChannel
from rewards.engine.effects import Fixed, Multiplier, PerAmount, PerItem
from rewards.engine.parameters import Entry
from rewards.engine.reasons import in_lines
from rewards.wording.figures import (
    Names,
    channels,
    clock,
    day,
    factor,
    listed,
    money,
    number,
    stores,
    unit_plural,
    units,
    weekdays,
    with_or,
)


@singledispatch
def phrase(entry: Entry, names: Names) -> str:
    """Return the entry as a piece of a preview.

    Raises:
        NotImplementedError: the entry is new and has no phrase yet.
    """
    raise NotImplementedError(f"{type(entry).__name__} has no phrase for the preview")


@phrase.register
def _fixed(entry: Fixed, names: Names) -> str:
    return units(entry.units, names)


@phrase.register
def _per_amount(entry: PerAmount, names: Names) -> str:
    figures = {"units": units(entry.units, names), "sum": money(entry.per_cents, short=True)}
    if entry.carry:
        text = pgettext("rule", "%(units)s per %(sum)s, remainders count towards the next purchase") % figures
    else:
        text = pgettext("rule", "%(units)s per full %(sum)s, remainders lapse") % figures
    return _with_cap(text, entry.maximum_units, names)


@phrase.register
def _per_item(entry: PerItem, names: Names) -> str:
    figures = {"units": units(entry.units, names)}
    goods = [*entry.categories, *entry.skus]
    if goods:
        figures["goods"] = listed(goods, last=with_or)
        text = pgettext("rule", "%(units)s per item of %(goods)s") % figures
    else:
        text = pgettext("rule", "%(units)s per item") % figures
    return _with_cap(text, entry.maximum_units, names)


@phrase.register
def _multiplier(entry: Multiplier, names: Names) -> str:
    figures = {"units": unit_plural(names), "factor": factor(entry.percent)}
    return _with_cap(pgettext("rule", "%(units)s × %(factor)s, rounded down") % figures, entry.maximum_units, names)


def _with_cap(text: str, maximum: int | None, names: Names) -> str:
    if maximum is None:
        return text
    cap = pgettext("rule", "at most %(units)s per purchase") % {"units": units(maximum, names)}
    return f"{text}, {cap}"


@phrase.register
def _in_store(entry: InStore, names: Names) -> str:
    return pgettext("rule", "in %(stores)s") % {"stores": stores(in_lines(entry.stores), names)}


@phrase.register
def _on_weekday(entry: OnWeekday, names: Names) -> str:
    return pgettext("rule", "on %(weekdays)s") % {"weekdays": weekdays(in_lines(entry.weekdays))}


@phrase.register
def _in_hours(entry: InHours, names: Names) -> str:
    figures = {"start": clock(entry.from_minute), "end": clock(entry.to_minute)}
    return pgettext("rule", "from %(start)s to %(end)s") % figures


@phrase.register
def _in_dates(entry: InDates, names: Names) -> str:
    start = day(entry.from_on.isoformat()) if entry.from_on else ""
    end = day(entry.to_on.isoformat()) if entry.to_on else ""
    if start and end:
        return pgettext("rule", "between %(start)s and %(end)s") % {"start": start, "end": end}
    if start:
        return pgettext("rule", "from %(start)s on") % {"start": start}
    return pgettext("rule", "until %(end)s") % {"end": end}


@phrase.register
def _amount_between(entry: AmountBetween, names: Names) -> str:
    low = money(entry.minimum_cents, short=True) if entry.minimum_cents else ""
    high = money(entry.maximum_cents, short=True) if entry.maximum_cents else ""
    if low and high:
        return pgettext("rule", "for purchases of %(low)s to %(high)s") % {"low": low, "high": high}
    if low:
        return pgettext("rule", "for purchases of %(low)s or more") % {"low": low}
    return pgettext("rule", "for purchases of up to %(high)s") % {"high": high}


@phrase.register
def _over_channel(entry: OverChannel, names: Names) -> str:
    return pgettext("rule", "booked %(channels)s") % {"channels": channels(in_lines(entry.channels))}


@phrase.register
def _at_level(entry: AtLevel, names: Names) -> str:
    return pgettext("rule", "with a card confirmed to level %(level)s of 3") % {"level": number(entry.minimum)}


@phrase.register
def _nth_visit(entry: NthVisit, names: Names) -> str:
    return pgettext("rule", "once every %(every)s visits") % {"every": number(entry.every)}


@phrase.register
def _first_visit(entry: FirstVisit, names: Names) -> str:
    return pgettext("rule", "on the first visit")
