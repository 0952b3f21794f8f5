"""Each condition at its borders: the exact reason with its figures, held or failed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rewards.engine.facts import SaleFacts
from rewards.engine.reasons import Check, Reason
from rewards.engine.vocabulary import CONDITIONS
from tests.rewards.engine.definitions import TUESDAY, Json, make_facts, one_week


def check(kind: str, facts: SaleFacts, **parameters: Json) -> Check:
    problems: list[Json] = []
    condition = CONDITIONS[kind].read({"kind": kind, **parameters}, path="when.0", problems=problems)
    assert condition is not None, problems
    return condition.check(facts)


def held(code: str, **params: str | int) -> Check:
    return Check(Reason(code, params), held=True)


def failed(code: str, **params: str | int) -> Check:
    return Check(Reason(code, params), held=False)


def test_store_of_the_list_holds_and_another_fails() -> None:
    facts = make_facts(store="mitte")

    assert check("store", facts, stores=["west", "mitte"]) == held("store_held", store="mitte")
    assert check("store", facts, stores=["west", "nord"]) == failed("store_failed", store="mitte", stores="nord\nwest")


def test_weekday_holds_on_the_named_days_only() -> None:
    holding = [
        day.weekday() for day in one_week() if check("weekday", make_facts(local_time=day), weekdays=[6, 1]).held
    ]

    assert holding == [1, 6]
    assert check("weekday", make_facts(), weekdays=[5, 0]) == failed("weekday_failed", weekday=1, weekdays="0\n5")


def test_weekday_is_the_one_of_the_store_and_not_of_utc() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))

    assert check("weekday", make_facts(local_time=late), weekdays=[2]) == held("weekday_held", weekday=2)


def at(hour: int, minute: int = 0) -> SaleFacts:
    return make_facts(local_time=TUESDAY.replace(hour=hour, minute=minute))


@pytest.mark.parametrize(
    ("facts", "holds"), [(at(6, 59), False), (at(7), True), (at(9, 59), True), (at(10), False), (at(0), False)]
)
def test_hours_include_the_start_and_exclude_the_end(facts: SaleFacts, holds: bool) -> None:
    assert check("hours", facts, from_minute=7 * 60, to_minute=10 * 60).held is holds


@pytest.mark.parametrize(
    ("facts", "holds"), [(at(21, 59), False), (at(22), True), (at(0), True), (at(1, 59), True), (at(2), False)]
)
def test_hours_over_midnight_hold_on_both_sides(facts: SaleFacts, holds: bool) -> None:
    assert check("hours", facts, from_minute=22 * 60, to_minute=2 * 60).held is holds


def test_hours_until_midnight_and_all_day_are_windows() -> None:
    assert check("hours", at(23, 59), from_minute=1320, to_minute=1440).held
    assert not check("hours", at(0), from_minute=1320, to_minute=1440).held
    assert check("hours", at(0), from_minute=0, to_minute=1440).held


def test_hours_give_time_and_window_as_reason() -> None:
    assert check("hours", at(8, 5), from_minute=600, to_minute=720) == failed(
        "hours_failed", at_minute=485, from_minute=600, to_minute=720
    )


def test_dates_include_both_days() -> None:
    day = timedelta(days=1)
    window = {"from_on": "2026-11-24", "to_on": "2026-11-25"}

    assert check("dates", make_facts(local_time=TUESDAY - day), **window) == failed(
        "dates_before", today_on="2026-11-23", from_on="2026-11-24"
    )
    assert check("dates", make_facts(), **window) == held("dates_held", today_on="2026-11-24")
    assert check("dates", make_facts(local_time=TUESDAY + day), **window).held
    assert check("dates", make_facts(local_time=TUESDAY + 2 * day), **window) == failed(
        "dates_after", today_on="2026-11-26", to_on="2026-11-25"
    )


def test_dates_with_one_end_are_open_on_the_other() -> None:
    assert check("dates", make_facts(), to_on="2026-11-24").held
    assert check("dates", make_facts(), from_on="2026-11-24").held


def test_amount_includes_both_ends_and_says_what_is_missing() -> None:
    window = {"minimum_cents": 500, "maximum_cents": 1000}

    assert check("amount", make_facts(499), **window) == failed(
        "amount_below", amount_cents=499, minimum_cents=500, missing_cents=1
    )
    assert check("amount", make_facts(500), **window) == held("amount_held", amount_cents=500)
    assert check("amount", make_facts(1000), **window) == held("amount_held", amount_cents=1000)
    assert check("amount", make_facts(1001), **window) == failed("amount_above", amount_cents=1001, maximum_cents=1000)


def test_amount_that_nobody_entered_fails_even_without_a_minimum() -> None:
    assert check("amount", make_facts(None), maximum_cents=1000) == failed("amount_missing")


def test_channel_of_the_list_holds_and_another_fails() -> None:
    assert check("channel", make_facts(channel="web"), channels=["web"]) == held("channel_held", channel="web")
    assert check("channel", make_facts(channel="till"), channels=["receipt", "web"]) == failed(
        "channel_failed", channel="till", channels="web\nreceipt"
    )


def test_level_holds_from_the_minimum_on() -> None:
    assert [check("level", make_facts(level=level), minimum=2).held for level in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    assert check("level", make_facts(level=1), minimum=2) == failed("level_failed", level=1, minimum=2)


def test_nth_visit_counts_this_visit() -> None:
    holding = [visits + 1 for visits in range(9) if check("nth_visit", make_facts(visits=visits), every=3).held]

    assert holding == [3, 6, 9]
    assert check("nth_visit", make_facts(visits=3), every=3) == failed(
        "nth_visit_failed", visit=4, every=3, visits_left=2
    )


def test_first_visit_holds_once() -> None:
    assert check("first_visit", make_facts(visits=0)) == held("first_visit_held")
    assert check("first_visit", make_facts(visits=1)) == failed("first_visit_failed", visit=2)
