"""From single measurements to figures: percentiles, medians with the best beside them, ratios. Pure.

A ratio is the median of the ratios of each repetition, because only neighbours in time had the same machine.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of the repetitions, and the best of them, which a busy machine blurs least."""

    median: float
    best: float


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least ``percent`` (above 0, to 100) of all do not exceed: the nearest rank.

    Raises:
        ValueError: there are no values, or the percentage is none.
    """
    if not values or not 0 < percent <= 100:
        raise ValueError("percentile needs values, and a percentage above 0 and up to 100")
    # Rounded first: 0.07 * 100 is a little more than 7, and would count as the eighth.
    rank = math.ceil(round(percent / 100 * len(values), 9))
    return sorted(values)[rank - 1]


def spread(values: Sequence[float]) -> Spread:
    """Return median and highest of the repetitions; for rates, of which more is better.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("spread needs values")
    return Spread(median=median(values), best=max(values))


def ratio(tops: Sequence[float], bottoms: Sequence[float]) -> float | None:
    """Return the median of the repetitions' ratios; None where nothing can be divided."""
    pairs = [top / bottom for top, bottom in zip(tops, bottoms, strict=False) if bottom]
    return median(pairs) if pairs else None


def middle(values: Sequence[float | None]) -> float | None:
    """Return the median of what could be measured, or None."""
    known = [value for value in values if value is not None]
    return median(known) if known else None
