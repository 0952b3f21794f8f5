"""Which part of a sale one return brings back, in whole cents and whole units. Pure: no clock, no ORM.

Promises: the parts of all returns of a sale add up to exactly the whole, whatever the steps; no part is above what
is left. The reckoning is cumulative: after returns of ``r`` of ``t`` cents, ``units * r // t`` are due in all, so what
one return rounds down the next one catches up with.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Portion:
    """The part from ``before`` to ``after`` of ``total``: 0 <= before < after <= total.

    A sale without a sum can only be returned as a whole: that is 0 to 1 of 1.
    """

    before: int
    after: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.before < self.after <= self.total:
            raise ValueError("a portion lies within the whole and is not empty")

    @property
    def completes(self) -> bool:
        """Whether nothing of the sale is left after this return."""
        return self.after == self.total

    def of(self, units: int) -> int:
        """Return this return's part of ``units``; of a negative number (a carry that shrank) a negative part."""
        return self._due(units, self.after) - self._due(units, self.before)

    def of_earlier(self, units: int) -> int:
        """Return the part of ``units`` that fell to the returns before this one."""
        return self._due(units, self.before)

    def _due(self, units: int, part: int) -> int:
        """Round toward zero, so that a negative carry is given back as cautiously as a positive one is taken."""
        due = abs(units) * part // self.total
        return due if units >= 0 else -due
