"""The arithmetic of partial returns: nothing is lost and nothing is taken twice, whatever the steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.domain.portions import Portion

steps = st.lists(st.integers(1, 5_000), min_size=1, max_size=12)


def _portions(cents: list[int]) -> list[Portion]:
    """Return the portions of a sale that is returned in these steps."""
    ends = [sum(cents[: number + 1]) for number in range(len(cents))]
    return [Portion(end - part, end, ends[-1]) for part, end in zip(cents, ends, strict=True)]


@given(steps=steps, units=st.integers(-100_000, 100_000))
def test_parts_of_all_returns_add_up_to_the_whole(steps: list[int], units: int) -> None:
    assert sum(portion.of(units) for portion in _portions(steps)) == units


@given(steps=steps, units=st.integers(0, 100_000))
def test_no_part_is_negative_or_above_its_share(steps: list[int], units: int) -> None:
    for portion in _portions(steps):
        assert portion.of(units) >= 0
        assert (portion.of_earlier(units) + portion.of(units)) * portion.total <= units * portion.after


@given(steps=steps)
def test_only_the_last_return_completes_the_sale(steps: list[int]) -> None:
    assert [portion.completes for portion in _portions(steps)] == [False] * (len(steps) - 1) + [True]


@pytest.mark.parametrize(("before", "after", "total"), [(-1, 1, 2), (1, 1, 2), (2, 1, 2), (0, 3, 2), (0, 0, 0)])
def test_portion_outside_the_whole_is_refused(before: int, after: int, total: int) -> None:
    with pytest.raises(ValueError, match="within the whole"):
        Portion(before, after, total)
