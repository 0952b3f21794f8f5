"""What every condition is: the base class, and the two answers it can give.

A condition looks at the facts of one sale and answers with a check, held or not, that carries its reason; it
never raises for facts and never asks anything else. The kinds stand in conditions.py and, where the clock and
the calendar of the store decide, in calendar_conditions.py.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

from rewards.engine.facts import SaleFacts
from rewards.engine.parameters import Entry
from rewards.engine.reasons import Check, Reason


class Condition(Entry):
    """One "when". `excludes` names the kinds that can never hold together with this one."""

    __slots__ = ()
    excludes: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def check(self, facts: SaleFacts) -> Check:
        """Say whether it holds for this sale, and why."""

    @classmethod
    def can_all_hold(cls, conditions: Sequence[Self]) -> bool:
        """Say whether several conditions of this kind can hold for one and the same sale."""
        return True


def held(code: str, /, **params: str | int) -> Check:
    """Answer that the condition holds."""
    return Check(Reason(code, params), held=True)


def failed(code: str, /, **params: str | int) -> Check:
    """Answer that the condition does not hold."""
    return Check(Reason(code, params), held=False)
