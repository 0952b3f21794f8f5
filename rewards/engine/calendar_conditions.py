"""Conditions on the store's clock and calendar: weekday, hours, dates.

All of them read the local time of the sale, so they follow the store through summer and winter time. A window
over midnight belongs to the calendar day it is: on Monday from 22:00 to 2:00 means Monday's first two hours
and its last two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from rewards.engine.condition import Condition, failed, held
from rewards.engine.facts import SaleFacts
from rewards.engine.parameters import ParameterSpec, ParameterType
from rewards.engine.problems import Problem
from rewards.engine.reasons import Check, ReasonSpec, in_lines

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class OnWeekday(Condition):
    """Holds on the named days of the week, 0 is Monday, by the store's calendar."""

    kind = "weekday"
    parameters = (ParameterSpec("weekdays", ParameterType.CHOICES, choices=tuple(range(7))),)
    reasons = (
        ReasonSpec("weekday_held", ("weekday",)),
        ReasonSpec("weekday_failed", ("weekday", "weekdays")),
    )
    weekdays: tuple[int, ...]

    def check(self, facts: SaleFacts) -> Check:
        """Compare the store's day of the week with the named ones."""
        today = facts.local_time.weekday()
        if today in self.weekdays:
            return held("weekday_held", weekday=today)
        return failed("weekday_failed", weekday=today, weekdays=in_lines(self.weekdays))

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """Some day must be named by all."""
        return bool(set.intersection(*(set(condition.weekdays) for condition in conditions)))


@dataclass(frozen=True, slots=True)
class InHours(Condition):
    """Holds from `from_minute` (included) to `to_minute` (excluded) of the day; may pass midnight."""

    kind = "hours"
    parameters = (
        ParameterSpec("from_minute", ParameterType.MINUTE, 0, MINUTES_PER_DAY - 1),
        ParameterSpec("to_minute", ParameterType.MINUTE, 0, MINUTES_PER_DAY),
    )
    reasons = (
        ReasonSpec("hours_held", ("at_minute", "from_minute", "to_minute")),
        ReasonSpec("hours_failed", ("at_minute", "from_minute", "to_minute")),
    )
    from_minute: int
    to_minute: int

    def flaws(self, path: str) -> Iterator[Problem]:
        """A window must have a length."""
        if self.from_minute == self.to_minute:
            yield Problem(path, "window_empty")

    def check(self, facts: SaleFacts) -> Check:
        """Compare the store's clock with the window."""
        minute = facts.local_time.hour * 60 + facts.local_time.minute
        window = {"at_minute": minute, "from_minute": self.from_minute, "to_minute": self.to_minute}
        return held("hours_held", **window) if self._covers(minute) else failed("hours_failed", **window)

    def _covers(self, minute: int) -> bool:
        if self.from_minute < self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """Some minute of the day must lie in all windows."""
        return any(all(condition._covers(minute) for condition in conditions) for minute in range(MINUTES_PER_DAY))


@dataclass(frozen=True, slots=True)
class InDates(Condition):
    """Holds from `from_on` to `to_on`, both days included, by the store's calendar."""

    kind = "dates"
    parameters = (
        ParameterSpec("from_on", ParameterType.DATE, required=False),
        ParameterSpec("to_on", ParameterType.DATE, required=False),
    )
    reasons = (
        ReasonSpec("dates_held", ("today_on",)),
        ReasonSpec("dates_before", ("today_on", "from_on")),
        ReasonSpec("dates_after", ("today_on", "to_on")),
    )
    from_on: date | None = None
    to_on: date | None = None

    def flaws(self, path: str) -> Iterator[Problem]:
        """At least one end must be given, in calendar order."""
        if self.from_on is None and self.to_on is None:
            yield Problem(path, "one_needed", {"first": "from_on", "second": "to_on"})
        elif not self.can_all_hold((self,)):
            yield Problem(path, "range_reversed", {"first": "from_on", "second": "to_on"})

    def check(self, facts: SaleFacts) -> Check:
        """Compare the store's date with the range."""
        today = facts.local_time.date()
        shown = today.isoformat()
        if self.from_on is not None and today < self.from_on:
            return failed("dates_before", today_on=shown, from_on=self.from_on.isoformat())
        if self.to_on is not None and today > self.to_on:
            return failed("dates_after", today_on=shown, to_on=self.to_on.isoformat())
        return held("dates_held", today_on=shown)

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """The latest start must not lie after the earliest end."""
        first, last = common_dates(conditions)
        return first <= last


def common_dates(conditions: Sequence[InDates]) -> tuple[date, date]:
    """Return first and last day inside all ranges; the first lies after the last when there is none."""
    first = max(condition.from_on or date.min for condition in conditions)
    last = min(condition.to_on or date.max for condition in conditions)
    return first, last
