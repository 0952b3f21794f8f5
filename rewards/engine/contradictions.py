"""Contradictions: conditions that can never hold together for one and the same sale.

A rule with such conditions would look live and never grant anything, so it is refused when it is read. What is
possible within one kind and which kinds exclude each other is said by the conditions themselves; only dates
and weekdays are compared here, since each is fine for itself.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rewards.engine.calendar_conditions import InDates, OnWeekday, common_dates
from rewards.engine.condition import Condition
from rewards.engine.problems import Problem


def contradictions(conditions: Sequence[Condition], *, path: str) -> Iterator[Problem]:
    """Yield a problem for each kind, or pair of kinds, that can never hold for one and the same sale."""
    by_class: dict[type[Condition], list[Condition]] = {}
    for condition in conditions:
        by_class.setdefault(type(condition), []).append(condition)
    present = {entry.kind for entry in by_class}
    for entry, same_kind in by_class.items():
        if not entry.can_all_hold(same_kind):
            yield Problem(path, "conditions_contradict", {"kind": entry.kind})
        for other in sorted(entry.excludes & present):
            yield Problem(path, "conditions_exclude", {"first": entry.kind, "second": other})
    if not _calendar_fits(conditions):
        yield Problem(path, "conditions_exclude", {"first": InDates.kind, "second": OnWeekday.kind})


def _calendar_fits(conditions: Sequence[Condition]) -> bool:
    """Say whether the date ranges contain one of the wanted weekdays; a whole week always does."""
    dates = [condition for condition in conditions if isinstance(condition, InDates)]
    wanted = [frozenset(entry.weekdays) for entry in conditions if isinstance(entry, OnWeekday)]
    if not dates or not wanted:
        return True
    first, last = common_dates(dates)
    days = range(min((last - first).days + 1, 7))
    inside = {(first + timedelta(days=day)).weekday() for day in days}
    # Without any day inside, the dates contradict themselves, which is said elsewhere.
    return not inside or bool(inside & frozenset.intersection(*wanted))
