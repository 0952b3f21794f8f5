"""Effects worked out by hand: rounding, remainders, undo, quantity, caps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.engine.effects import Fixed, Multiplier, PerAmount, PerItem, Yield
from rewards.engine.facts import Item
from rewards.engine.reasons import Reason
from tests.rewards.engine.definitions import make_facts

PER_50_EURO = PerAmount(units=1, per_cents=5000, carry=True)


def buy(effect: PerAmount, amount_cents: int, carried_cents: int = 0) -> Yield:
    return effect.apply(make_facts(amount_cents), carried_cents=carried_cents, base_units=0)


def test_fixed_grants_its_units_whatever_was_spent() -> None:
    assert Fixed(3).apply(make_facts(), carried_cents=0, base_units=0) == Yield(
        3, Reason("fixed_granted", {"granted_units": 3})
    )


def test_per_amount_with_carry_counts_30_euro_and_20_euro_as_50() -> None:
    first = buy(PER_50_EURO, 3000)
    second = buy(PER_50_EURO, 2000, carried_cents=first.carry_delta)

    assert (first.units, first.carry_delta) == (0, 3000)
    assert (second.units, second.carry_delta) == (1, -3000)


def test_per_amount_with_carry_says_what_is_missing() -> None:
    assert buy(PER_50_EURO, 2000, carried_cents=1000).why == Reason(
        "per_amount_not_yet", {"units": 1, "per_cents": 5000, "amount_cents": 2000, "missing_cents": 2000}
    )


def test_per_amount_with_carry_says_what_it_counted() -> None:
    assert buy(PER_50_EURO, 13_000, carried_cents=4000) == Yield(
        3,
        Reason(
            "per_amount_carried",
            {
                "granted_units": 3,
                "units": 1,
                "per_cents": 5000,
                "amount_cents": 13_000,
                "before_cents": 4000,
                "after_cents": 2000,
            },
        ),
        carry_delta=-2000,
    )


def test_per_amount_with_a_remainder_but_nothing_before_says_so_shortly() -> None:
    assert buy(PER_50_EURO, 5001).why == Reason(
        "per_amount_remainder",
        {"granted_units": 1, "units": 1, "per_cents": 5000, "amount_cents": 5001, "after_cents": 1},
    )


def test_per_amount_undone_and_booked_again_ends_where_it_began() -> None:
    first = buy(PER_50_EURO, 3000)
    second = buy(PER_50_EURO, 2000, carried_cents=3000)
    carry_after_undo_of_first = first.carry_delta + second.carry_delta - first.carry_delta
    again = buy(PER_50_EURO, 3000, carried_cents=carry_after_undo_of_first)

    assert carry_after_undo_of_first == -3000
    assert (again.units, carry_after_undo_of_first + again.carry_delta) == (0, 0)


def test_per_amount_with_a_debt_grants_nothing_until_it_is_spent_again() -> None:
    assert buy(PER_50_EURO, 2000, carried_cents=-3000) == Yield(
        0,
        Reason(
            "per_amount_not_yet",
            {"units": 1, "per_cents": 5000, "amount_cents": 2000, "missing_cents": 6000},
        ),
        carry_delta=2000,
    )
    assert buy(PER_50_EURO, 8000, carried_cents=-3000).units == 1


def test_per_amount_without_carry_drops_remainders_and_ignores_old_ones() -> None:
    effect = PerAmount(units=2, per_cents=1000, carry=False)

    assert buy(effect, 2999, carried_cents=999) == Yield(
        4,
        Reason(
            "per_amount_granted",
            {"granted_units": 4, "units": 2, "per_cents": 1000, "amount_cents": 2999},
        ),
    )
    assert buy(effect, 999, carried_cents=999) == Yield(
        0, Reason("per_amount_below", {"units": 2, "per_cents": 1000, "amount_cents": 999})
    )


def test_per_amount_without_an_amount_grants_nothing_and_keeps_the_carry() -> None:
    assert PER_50_EURO.apply(make_facts(None), carried_cents=4900, base_units=0) == Yield(0, Reason("amount_missing"))


def test_per_amount_over_its_cap_forfeits_units_but_keeps_the_remainder() -> None:
    effect = PerAmount(units=1, per_cents=1000, carry=True, maximum_units=3)

    assert buy(effect, 5400, carried_cents=200) == Yield(
        3, Reason("maximum_reached", {"granted_units": 3, "computed_units": 5}), carry_delta=400
    )
    assert buy(effect, 3000).why.code == "per_amount_granted"


@given(st.integers(1, 100), st.integers(1, 20_000), st.lists(st.integers(0, 100_000), max_size=20))
def test_per_amount_with_carry_grants_the_same_for_any_split(units: int, per: int, amounts: list[int]) -> None:
    effect = PerAmount(units=units, per_cents=per, carry=True)
    carry = granted = 0
    for amount in amounts:
        found = buy(effect, amount, carried_cents=carry)
        carry += found.carry_delta
        granted += found.units

    assert granted == buy(effect, sum(amounts)).units
    assert carry == buy(effect, sum(amounts)).carry_delta


@given(st.integers(1, 20_000), st.lists(st.tuples(st.integers(0, 60_000), st.booleans()), min_size=1, max_size=12))
def test_per_amount_after_any_undos_still_accounts_for_every_cent(per: int, sales: list[tuple[int, bool]]) -> None:
    """Units at their price plus carry are what was spent and not undone, whatever the order."""
    effect = PerAmount(units=1, per_cents=per, carry=True)
    carry = granted = spent = 0
    for amount, is_undone_later in sales:
        found = buy(effect, amount, carried_cents=carry)
        carry, granted, spent = carry + found.carry_delta, granted + found.units, spent + amount
        if is_undone_later:
            carry, granted, spent = carry - found.carry_delta, granted - found.units, spent - amount

    assert granted * per + carry == spent


@given(
    st.integers(0, 1_000_000),
    st.integers(-1_000_000, 1_000_000),
    st.integers(1, 50),
    st.integers(1, 20_000),
    st.booleans(),
)
def test_per_amount_never_grants_below_zero(amount: int, carried: int, units: int, per: int, carry: bool) -> None:
    found = buy(PerAmount(units=units, per_cents=per, carry=carry), amount, carried_cents=carried)

    assert found.units >= 0
    assert type(found.units) is int
    assert type(found.carry_delta) is int


BASKET = (Item("roll", "bread", 6, 240), Item("tea", "drinks", 2, 500), Item("jam", "spreads", 1, 400))


@pytest.mark.parametrize(
    ("effect", "units"),
    [
        (PerItem(1), 9),
        (PerItem(2, categories=("bread",)), 12),
        (PerItem(1, skus=("tea",)), 2),
        (PerItem(1, categories=("bread",), skus=("jam", "roll")), 7),
        (PerItem(1, categories=("cakes",)), 0),
        (PerItem(1, maximum_units=4), 4),
    ],
)
def test_per_item_counts_pieces_and_not_lines(effect: PerItem, units: int) -> None:
    assert effect.apply(make_facts(items=BASKET), carried_cents=0, base_units=0).units == units


def test_per_item_explains_itself() -> None:
    def why(effect: PerItem, items: tuple[Item, ...] = BASKET) -> Reason:
        return effect.apply(make_facts(items=items), carried_cents=0, base_units=0).why

    assert why(PerItem(2, skus=("tea",))) == Reason("per_item_granted", {"granted_units": 4, "units": 2, "quantity": 2})
    assert why(PerItem(1, categories=("cakes",))) == Reason("per_item_none")
    assert why(PerItem(1), ()) == Reason("items_missing")
    assert why(PerItem(1, maximum_units=4)) == Reason("maximum_reached", {"granted_units": 4, "computed_units": 9})


@pytest.mark.parametrize(
    ("percent", "base", "on_top"), [(200, 3, 3), (150, 3, 1), (150, 1, 0), (101, 99, 0), (101, 100, 1)]
)
def test_multiplier_adds_the_part_above_one_hundred_percent_rounded_down(percent: int, base: int, on_top: int) -> None:
    assert Multiplier(percent).apply(make_facts(), carried_cents=0, base_units=base).units == on_top


def test_multiplier_explains_itself() -> None:
    def why(effect: Multiplier, base: int) -> Reason:
        return effect.apply(make_facts(), carried_cents=0, base_units=base).why

    assert why(Multiplier(200), 3) == Reason(
        "multiplier_granted", {"granted_units": 3, "base_units": 3, "percent": 200}
    )
    assert why(Multiplier(200), 0) == Reason("multiplier_nothing", {"base_units": 0, "percent": 200})
    assert why(Multiplier(300, maximum_units=5), 3) == Reason(
        "maximum_reached", {"granted_units": 5, "computed_units": 6}
    )
