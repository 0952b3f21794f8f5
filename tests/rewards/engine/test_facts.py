"""Facts refuse what no sale can be, so that a float or a naive time never reaches a rule."""

from datetime import datetime

import pytest

from rewards.engine.facts import Item, SaleFacts
from tests.rewards.engine.definitions import TUESDAY, make_facts


def test_facts_without_optional_parts_are_a_first_visit_without_items() -> None:
    facts = SaleFacts(TUESDAY, "counter", "mitte", None)

    assert (facts.items, facts.level, facts.visits, dict(facts.carry)) == ((), 0, 0, {})


def test_facts_with_a_naive_time_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        make_facts(local_time=datetime(2026, 11, 24, 8, 5))  # noqa: DTZ001  # naive is the point


def test_facts_with_an_unknown_channel_are_refused() -> None:
    with pytest.raises(ValueError, match="channel"):
        make_facts(channel="fax")


@pytest.mark.parametrize(("amount", "error"), [(-1, ValueError), (5.0, TypeError), (True, TypeError)])
def test_facts_with_a_wrong_amount_are_refused(amount: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="amount_cents"):
        make_facts(amount)


@pytest.mark.parametrize("level", [-1, 4])
def test_facts_with_a_level_out_of_range_are_refused(level: int) -> None:
    with pytest.raises(ValueError, match="level"):
        make_facts(level=level)


def test_facts_with_negative_visits_are_refused() -> None:
    with pytest.raises(ValueError, match="visits"):
        make_facts(visits=-1)


def test_facts_with_a_carry_of_half_a_cent_are_refused() -> None:
    with pytest.raises(TypeError, match="carry"):
        make_facts(carry={"rule": 0.5})  # type: ignore[dict-item]  # the mistake under test


def test_item_without_a_piece_is_refused() -> None:
    with pytest.raises(ValueError, match="quantity"):
        Item("roll", "bread", 0, 100)


def test_item_with_a_discount_may_be_negative() -> None:
    assert Item("voucher", "discount", 1, -200).amount_cents == -200
