"""Small reckonings of the portal's pages."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from loyalty_site.portal.presenters import last_good_day, seconds_left, stores
from members.models import Store


@pytest.mark.parametrize(("second", "left"), [(0, 30), (1, 29), (29, 1), (30, 30), (59, 1)])
def test_seconds_left_counts_down_to_the_next_step(second: int, left: int) -> None:
    assert seconds_left(datetime(2026, 11, 24, 9, 0, second, 999_999, tzinfo=UTC)) == left


def test_last_good_day_is_the_local_day_before_the_midnight_of_expiry() -> None:
    midnight = datetime(2028, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    with timezone.override("Europe/Berlin"):
        assert last_good_day(midnight) == date(2027, 12, 31)
        assert last_good_day(midnight.astimezone(UTC)) == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("opening", "lines"),
    [
        ({}, ()),
        ({"0": ["07:00", "12:00"]}, (("Mon", "7:00 to 12:00"),)),
        (
            {"0": ["07:00", "12:00"], "1": ["07:00", "12:00"], "3": ["07:00", "12:00"], "4": ["08:00", "20:30"]},
            (("Mon to Tue", "7:00 to 12:00"), ("Thu", "7:00 to 12:00"), ("Fri", "8:00 to 20:30")),
        ),
    ],
)
def test_stores_hours_put_equal_neighbours_together(
    opening: dict[str, list[str]], lines: tuple[tuple[str, str], ...]
) -> None:
    with translation.override("en"):
        (line,) = stores([Store(name="Markt", opening_hours=opening)])
    assert (line.name, line.address, line.hours) == ("Markt", "", lines)


def test_stores_address_leaves_out_what_is_missing() -> None:
    row = Store(name="Markt", street="Am Markt 4", city="Lindenhagen")
    with translation.override("en"):
        assert stores([row])[0].address == "Am Markt 4, Lindenhagen"
