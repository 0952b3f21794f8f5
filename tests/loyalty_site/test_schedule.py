"""The planner: each slot once, at the merchant's local time, made up for after a pause."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_site.schedule import Daily, Every, Periodic, Planner, Slot
from members.models import Job, Merchant
from tests.factories import make_merchant

BERLIN, LISBON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon")
NIGHT = (Periodic("nightly", Daily(time(3, 30))),)
moments = st.integers(1_700_000_000, 1_900_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def old_merchant(**fields: object) -> Merchant:
    merchant = make_merchant(**fields)
    Merchant.objects.filter(pk=merchant.pk).update(created_at=utc("2020-01-01"))
    return merchant


def planned(merchant: Merchant) -> list[tuple[str, str, datetime]]:
    return list(Job.objects.for_merchant(merchant).order_by("pk").values_list("name", "unique_key", "run_at"))


@pytest.mark.parametrize(
    ("at", "zone", "due_at", "key"),
    [
        ("2026-11-24T02:29:59", BERLIN, "2026-11-23T02:30", "2026-11-23"),
        ("2026-11-24T02:30:00", BERLIN, "2026-11-24T02:30", "2026-11-24"),
        ("2026-11-24T23:30:00", BERLIN, "2026-11-24T02:30", "2026-11-24"),
        ("2026-11-24T02:30:00", LISBON, "2026-11-23T03:30", "2026-11-23"),
        ("2026-07-01T12:00:00", BERLIN, "2026-07-01T01:30", "2026-07-01"),
    ],
)
def test_daily_latest_is_todays_local_time_or_yesterdays(at: str, zone: ZoneInfo, due_at: str, key: str) -> None:
    assert Daily(time(3, 30)).latest(at=utc(at), zone=zone) == Slot(due_at=utc(due_at), key=key)


@pytest.mark.parametrize("skipped_or_repeated", ["2026-03-29", "2026-10-25"])
def test_daily_on_a_day_of_clock_change_comes_once(skipped_or_repeated: str) -> None:
    """At 2:30 there is no such time in spring, and two of them in autumn."""
    start = utc(skipped_or_repeated) - timedelta(hours=12)
    slots = {Daily(time(2, 30)).latest(at=start + timedelta(minutes=10 * n), zone=BERLIN) for n in range(6 * 36)}
    assert sum(slot.key == skipped_or_repeated for slot in slots) == 1


@given(moments, st.times(), st.sampled_from([BERLIN, LISBON, ZoneInfo("Pacific/Auckland")]))
def test_daily_latest_at_any_moment_is_the_last_one_begun(at: datetime, local: time, zone: ZoneInfo) -> None:
    slot = Daily(local).latest(at=at, zone=zone)
    assert slot.due_at <= at < slot.due_at + timedelta(hours=25)


@given(moments, st.integers(1, 1440))
def test_every_latest_at_any_moment_is_the_slot_it_lies_in(at: datetime, minutes: int) -> None:
    slot = Every(minutes).latest(at=at, zone=BERLIN)
    assert slot.due_at <= at < slot.due_at + timedelta(minutes=minutes)
    assert Every(minutes).latest(at=slot.due_at, zone=LISBON) == slot


@pytest.mark.django_db
def test_plan_again_and_by_a_second_planner_writes_each_slot_once() -> None:
    merchant, planner = old_merchant(), Planner(NIGHT)
    at = utc("2026-11-24T09:00")
    assert [planner.plan(at=at), planner.plan(at=at), Planner(NIGHT).plan(at=at)] == [1, 0, 0]
    assert planner.plan(at=at + timedelta(days=1)) == 1
    assert planned(merchant) == [
        ("nightly", "2026-11-24", utc("2026-11-24T02:30")),
        ("nightly", "2026-11-25", utc("2026-11-25T02:30")),
    ]


@pytest.mark.django_db
def test_plan_after_a_pause_makes_up_for_the_last_night_only() -> None:
    merchant, planner = old_merchant(), Planner(NIGHT)
    planner.plan(at=utc("2026-11-20T09:00"))
    planner.plan(at=utc("2026-11-24T09:00"))
    assert [key for _name, key, _run_at in planned(merchant)] == ["2026-11-20", "2026-11-24"]


@pytest.mark.django_db
def test_plan_with_merchants_in_two_time_zones_plans_each_at_its_night() -> None:
    berlin, lisbon = old_merchant(), old_merchant(timezone="Europe/Lisbon")
    Planner(NIGHT).plan(at=utc("2026-11-24T03:00"))
    assert planned(berlin) == [("nightly", "2026-11-24", utc("2026-11-24T02:30"))]
    assert planned(lisbon) == [("nightly", "2026-11-23", utc("2026-11-23T03:30"))]


@pytest.mark.django_db
def test_plan_with_an_unknown_time_zone_still_plans_all(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = old_merchant(timezone="Europe/Bielefeld"), old_merchant()
    assert Planner(NIGHT).plan(at=utc("2026-11-24T09:00")) == 2
    assert planned(broken) == planned(sound)
    assert caplog.messages == ["unknown time zone"]


@pytest.mark.django_db
def test_plan_for_a_merchant_of_today_does_not_make_up_for_the_night_before() -> None:
    merchant = make_merchant()
    at = merchant.created_at
    Planner((Periodic("x", Every(1440)),)).plan(at=at)
    assert planned(merchant) == []
    Planner((Periodic("x", Every(1440)),)).plan(at=at + timedelta(days=1))
    assert len(planned(merchant)) == 1


@pytest.mark.django_db
def test_plan_with_an_inactive_merchant_plans_nothing_for_it() -> None:
    merchant = old_merchant(is_active=False)
    assert Planner().plan(at=utc("2026-11-24T09:00")) == 0
    assert planned(merchant) == []


@pytest.mark.django_db
def test_plan_for_the_installation_belongs_to_the_oldest_active_merchant() -> None:
    closed, first, second = old_merchant(is_active=False), old_merchant(), old_merchant()
    Planner((Periodic("clear_sessions", Every(60), for_installation=True),)).plan(at=utc("2026-11-24T09:59"))
    assert planned(first) == [("clear_sessions", "2026-11-24T09:00Z", utc("2026-11-24T09:00"))]
    assert planned(closed) + planned(second) == []
