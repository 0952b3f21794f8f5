"""A merchant's rules version and local time."""

from datetime import UTC, datetime, timedelta

import pytest

from members.domain.merchants import local_now, touch_rules
from members.models import Merchant


def test_touch_rules_counts_up_this_merchant_only(merchant: Merchant, other_merchant: Merchant) -> None:
    stale = Merchant.objects.get(pk=merchant.pk)
    before, others = merchant.rules_version, other_merchant.rules_version

    touch_rules(merchant=merchant)
    touch_rules(merchant=stale)  # Loaded before the first change: a plain save would have lost that.

    merchant.refresh_from_db()
    other_merchant.refresh_from_db()
    assert (merchant.rules_version, stale.rules_version) == (before + 2, before + 2)
    assert other_merchant.rules_version == others


@pytest.mark.parametrize(
    ("zone", "at", "local"),
    [
        ("Europe/Berlin", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), datetime(2026, 7, 2, 0, 30)),  # noqa: DTZ001
        ("Europe/Berlin", datetime(2026, 11, 24, 22, 30, tzinfo=UTC), datetime(2026, 11, 24, 23, 30)),  # noqa: DTZ001
        ("America/New_York", datetime(2026, 7, 1, 2, 0, tzinfo=UTC), datetime(2026, 6, 30, 22, 0)),  # noqa: DTZ001
    ],
)
def test_local_now_is_the_merchants_wall_clock(zone: str, at: datetime, local: datetime) -> None:
    shown = local_now(Merchant(timezone=zone), at)

    assert shown.replace(tzinfo=None) == local
    assert shown - at == timedelta(0)


def test_local_now_of_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_now(Merchant(), datetime(2026, 7, 1))  # noqa: DTZ001  # what is refused
