"""Percentiles, medians and ratios."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Spread, middle, percentile, ratio, spread

NUMBERS = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=200)


def test_percentile_of_a_hundred_is_the_nearest_rank() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert [percentile(values, p) for p in (1, 7, 50, 99, 99.5, 100)] == [1, 7, 50, 99, 100, 100]


def test_percentile_of_one_value_is_that_value() -> None:
    assert percentile([3.5], 99) == 3.5


@given(NUMBERS, st.floats(min_value=0.01, max_value=100))
def test_percentile_covers_its_share_and_is_one_of_the_values(values: list[float], percent: float) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values) - 1e-6
    assert sum(value < found for value in values) < percent / 100 * len(values) + 1e-6


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], 0), ([1.0], 100.5), ([1.0], -1)])
def test_percentile_of_nothing_or_out_of_range_is_refused(values: list[float], percent: float) -> None:
    with pytest.raises(ValueError, match="percentile needs"):
        percentile(values, percent)


def test_spread_is_median_and_highest() -> None:
    assert spread([3.0, 9.0, 1.0]) == Spread(median=3.0, best=9.0)


def test_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="spread needs"):
        spread([])


def test_ratio_is_taken_repetition_by_repetition() -> None:
    """A slow repetition slows both: the ratio of medians would be 100 / 50 = 2, and wrong in every repetition."""
    assert ratio([300.0, 100.0, 30.0], [100.0, 50.0, 10.0]) == 3.0


@pytest.mark.parametrize(("tops", "bottoms"), [([], []), ([1.0], []), ([1.0], [0.0])])
def test_ratio_without_anything_to_divide_is_none(tops: list[float], bottoms: list[float]) -> None:
    assert ratio(tops, bottoms) is None


def test_middle_leaves_out_what_was_not_measured() -> None:
    assert middle([None, 1.0, 3.0]) == 2.0
    assert middle([None]) is None
