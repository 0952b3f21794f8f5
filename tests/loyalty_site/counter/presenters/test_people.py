"""Birthdays a few days around the day, in the local calendar; names short, never more."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from loyalty_site.counter.presenters.people import birthday_note, display_name
from members.models import Member, Merchant
from tests import factories

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (date(1980, 11, 24), date(2026, 11, 24), "Has birthday today."),
        (date(1980, 11, 26), date(2026, 11, 24), "Birthday on Thursday."),
        (date(1980, 11, 21), date(2026, 11, 24), "Had birthday on Saturday."),
        (date(1980, 11, 28), date(2026, 11, 24), ""),
        (date(1980, 1, 1), date(2026, 12, 31), "Birthday on Friday."),
        (date(1980, 2, 29), date(2027, 2, 28), "Has birthday today."),
        (date(1980, 2, 29), date(2028, 2, 28), "Birthday on Tuesday."),
        (date(1980, 2, 29), date(2028, 2, 29), "Has birthday today."),
    ],
)
def test_birthday_near_today_is_worth_a_word(born: date, today: date, expected: str) -> None:
    at = datetime(today.year, today.month, today.day, 0, 30, tzinfo=BERLIN)
    with translation.override("en"):
        assert birthday_note(Member(birth_date=born), at=at) == expected


def test_no_birthday_says_nothing() -> None:
    at = datetime(2026, 11, 24, tzinfo=BERLIN)
    assert birthday_note(None, at=at) == birthday_note(Member(), at=at) == ""


def test_card_without_a_name_is_shown_by_its_masked_number(merchant: Merchant) -> None:
    blank = factories.make_card(merchant=merchant, number="4DJJW4FWA05W")
    named = factories.make_card(factories.make_member(merchant, first_name="Sabine", last_name="Klein"))
    assert "4DJJ … A05W" in display_name(blank)
    assert "W4FW" not in display_name(blank)
    assert display_name(named) == "Sabine K."
