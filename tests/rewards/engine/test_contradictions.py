"""Conditions that can never hold together are refused; those that can, if only for a minute, are not."""

import pytest

from rewards.engine.problems import Problem
from rewards.engine.rules import InvalidRule
from tests.rewards.engine.definitions import Json, entry, make_rule

STAMP = entry("fixed", units=1)


def contradiction(*when: dict[str, Json]) -> Problem | None:
    try:
        make_rule(STAMP, when=when)
    except InvalidRule as refused:
        (problem,) = refused.problems
        return problem
    return None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry("amount", minimum_cents=500), entry("amount", maximum_cents=499)),
        (entry("dates", to_on="2026-11-23"), entry("dates", from_on="2026-11-24")),
        (entry("weekday", weekdays=[0, 1]), entry("weekday", weekdays=[2])),
        (entry("store", stores=["mitte"]), entry("store", stores=["west"])),
        (entry("channel", channels=["web"]), entry("channel", channels=["till"])),
        (
            entry("hours", from_minute=600, to_minute=720),
            entry("hours", from_minute=720, to_minute=600),
        ),
    ],
)
def test_two_of_a_kind_without_overlap_contradict(first: dict[str, Json], second: dict[str, Json]) -> None:
    assert contradiction(first, second) == Problem("when", "conditions_contradict", {"kind": first["kind"]})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (entry("amount", minimum_cents=500), entry("amount", maximum_cents=500)),
        (entry("dates", to_on="2026-11-24"), entry("dates", from_on="2026-11-24")),
        (entry("weekday", weekdays=[0, 1]), entry("weekday", weekdays=[1, 2])),
        (entry("hours", from_minute=600, to_minute=721), entry("hours", from_minute=720, to_minute=600)),
        (entry("level", minimum=1), entry("level", minimum=3)),
        (entry("nth_visit", every=2), entry("nth_visit", every=3)),
    ],
)
def test_two_of_a_kind_with_the_least_overlap_are_fine(first: dict[str, Json], second: dict[str, Json]) -> None:
    assert contradiction(first, second) is None


def test_three_of_a_kind_that_overlap_in_pairs_only_contradict() -> None:
    pairs = [entry("store", stores=["a", "b"]), entry("store", stores=["b", "c"]), entry("store", stores=["a", "c"])]

    assert contradiction(*pairs) == Problem("when", "conditions_contradict", {"kind": "store"})


def test_first_visit_and_nth_visit_exclude_each_other() -> None:
    assert contradiction(entry("nth_visit", every=2), entry("first_visit")) == Problem(
        "when", "conditions_exclude", {"first": "first_visit", "second": "nth_visit"}
    )


def test_dates_without_any_of_the_weekdays_exclude_them() -> None:
    tuesday_to_sunday = entry("dates", from_on="2026-11-24", to_on="2026-11-29")
    a_whole_week = entry("dates", from_on="2026-11-24", to_on="2026-11-30")
    monday = entry("weekday", weekdays=[0])

    assert contradiction(tuesday_to_sunday, monday) == Problem(
        "when", "conditions_exclude", {"first": "dates", "second": "weekday"}
    )
    assert contradiction(a_whole_week, monday) is None
    assert contradiction(entry("dates", from_on="2026-11-24"), monday) is None
    assert contradiction(tuesday_to_sunday, entry("weekday", weekdays=[1])) is None
