"""Conditions: the "when" half of the vocabulary, one class each.

All conditions of a rule must hold; those that can never hold together are found by contradictions.py from what
the classes say about themselves. Those on clock and calendar stand in calendar_conditions.py; `ALL_CONDITIONS`
lists every kind, in the order in which forms offer them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from rewards.engine.calendar_conditions import InDates, InHours, OnWeekday
from rewards.engine.condition import Condition, failed, held
from rewards.engine.facts import CHANNELS, HIGHEST_LEVEL, SaleFacts
from rewards.engine.parameters import MOST_CENTS, ParameterSpec, ParameterType
from rewards.engine.problems import Problem
from rewards.engine.reasons import Check, ReasonSpec, in_lines


@dataclass(frozen=True, slots=True)
class InStore(Condition):
    """Holds in the named stores."""

    kind = "store"
    parameters = (ParameterSpec("stores", ParameterType.TEXTS),)
    reasons = (ReasonSpec("store_held", ("store",)), ReasonSpec("store_failed", ("store", "stores")))
    stores: tuple[str, ...]

    def check(self, facts: SaleFacts) -> Check:
        """Compare the sale's store with the named ones."""
        if facts.store in self.stores:
            return held("store_held", store=facts.store)
        return failed("store_failed", store=facts.store, stores=in_lines(self.stores))

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """Some store must be named by all."""
        return bool(set.intersection(*(set(condition.stores) for condition in conditions)))


@dataclass(frozen=True, slots=True)
class AmountBetween(Condition):
    """Holds when the sale's sum lies between two amounts in cents, both included."""

    kind = "amount"
    parameters = (
        ParameterSpec("minimum_cents", ParameterType.CENTS, 1, MOST_CENTS, required=False),
        ParameterSpec("maximum_cents", ParameterType.CENTS, 1, MOST_CENTS, required=False),
    )
    reasons = (
        ReasonSpec("amount_held", ("amount_cents",)),
        ReasonSpec("amount_missing"),
        ReasonSpec("amount_below", ("amount_cents", "minimum_cents", "missing_cents")),
        ReasonSpec("amount_above", ("amount_cents", "maximum_cents")),
    )
    minimum_cents: int | None = None
    maximum_cents: int | None = None

    def flaws(self, path: str) -> Iterator[Problem]:
        """At least one end must be given, the smaller one first."""
        if self.minimum_cents is None and self.maximum_cents is None:
            yield Problem(path, "one_needed", {"first": "minimum_cents", "second": "maximum_cents"})
        elif not self.can_all_hold((self,)):
            yield Problem(path, "range_reversed", {"first": "minimum_cents", "second": "maximum_cents"})

    def check(self, facts: SaleFacts) -> Check:
        """Compare the sum with the range; a sale without a sum fails."""
        amount = facts.amount_cents
        if amount is None:
            return failed("amount_missing")
        low, high = self.minimum_cents, self.maximum_cents
        if low is not None and amount < low:
            return failed("amount_below", amount_cents=amount, minimum_cents=low, missing_cents=low - amount)
        if high is not None and amount > high:
            return failed("amount_above", amount_cents=amount, maximum_cents=high)
        return held("amount_held", amount_cents=amount)

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """The highest minimum must not exceed the lowest maximum."""
        lowest = max(condition.minimum_cents or 0 for condition in conditions)
        highest = [c.maximum_cents for c in conditions if c.maximum_cents is not None]
        return all(lowest <= maximum for maximum in highest)


@dataclass(frozen=True, slots=True)
class OverChannel(Condition):
    """Holds when the sale came in over one of the named channels."""

    kind = "channel"
    parameters = (ParameterSpec("channels", ParameterType.CHOICES, choices=CHANNELS),)
    reasons = (
        ReasonSpec("channel_held", ("channel",)),
        ReasonSpec("channel_failed", ("channel", "channels")),
    )
    channels: tuple[str, ...]

    def check(self, facts: SaleFacts) -> Check:
        """Compare the sale's channel with the named ones."""
        if facts.channel in self.channels:
            return held("channel_held", channel=facts.channel)
        return failed("channel_failed", channel=facts.channel, channels=in_lines(self.channels))

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """Some channel must be named by all."""
        return bool(set.intersection(*(set(condition.channels) for condition in conditions)))


@dataclass(frozen=True, slots=True)
class AtLevel(Condition):
    """Holds from an assurance level on, 1 to 3; level 0 would be no condition."""

    kind = "level"
    parameters = (ParameterSpec("minimum", ParameterType.INTEGER, 1, HIGHEST_LEVEL),)
    reasons = (
        ReasonSpec("level_held", ("level",)),
        ReasonSpec("level_failed", ("level", "minimum")),
    )
    minimum: int

    def check(self, facts: SaleFacts) -> Check:
        """Compare the card's level with the needed one."""
        if facts.level >= self.minimum:
            return held("level_held", level=facts.level)
        return failed("level_failed", level=facts.level, minimum=self.minimum)


@dataclass(frozen=True, slots=True)
class NthVisit(Condition):
    """Holds on every nth visit, this one counted: with 10 on the 10th, the 20th and so on."""

    kind = "nth_visit"
    parameters = (ParameterSpec("every", ParameterType.INTEGER, 2, 1000),)
    reasons = (
        ReasonSpec("nth_visit_held", ("visit", "every")),
        ReasonSpec("nth_visit_failed", ("visit", "every", "visits_left")),
    )
    every: int

    def check(self, facts: SaleFacts) -> Check:
        """Count this visit; say how many are left when it is not the one."""
        visit = facts.visits + 1
        if visit % self.every == 0:
            return held("nth_visit_held", visit=visit, every=self.every)
        left = self.every - visit % self.every
        return failed("nth_visit_failed", visit=visit, every=self.every, visits_left=left)


@dataclass(frozen=True, slots=True)
class FirstVisit(Condition):
    """Holds on the very first visit."""

    kind = "first_visit"
    parameters = ()
    reasons = (ReasonSpec("first_visit_held"), ReasonSpec("first_visit_failed", ("visit",)))
    # The first visit is never the second, the third, … one.
    excludes = frozenset({NthVisit.kind})

    def check(self, facts: SaleFacts) -> Check:
        """Holds without earlier visits."""
        if facts.visits == 0:
            return held("first_visit_held")
        return failed("first_visit_failed", visit=facts.visits + 1)


ALL_CONDITIONS: tuple[type[Condition], ...] = (
    AmountBetween,
    InStore,
    OnWeekday,
    InHours,
    InDates,
    OverChannel,
    AtLevel,
    NthVisit,
    FirstVisit,
)
