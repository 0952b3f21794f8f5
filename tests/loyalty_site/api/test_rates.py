"""Rates: so many calls a minute for each till, told with Retry-After."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from loyalty_site.api.problems import ProblemFound
from loyalty_site.api.rates import CALLS, LOOKUPS, Rate, spend
from members.models import Card, Store, Till
from tests.factories import make_till
from tests.loyalty_site.api.client import TillClient, client_of

#: A quarter past: 45 seconds of the minute are left.
AT = datetime(2026, 11, 24, 9, 0, 15, tzinfo=UTC)
FEW = Rate("few", 3)


def use_up(rate: Rate, till: Till) -> None:
    """Spend this minute's calls and the next one's, so that the clock can't turn a test round."""
    for at in (timezone.now(), timezone.now() + timedelta(minutes=1)):
        for _ in range(rate.maximum):
            spend(rate=rate, till=till, at=at)


def test_calls_are_counted_for_each_till_and_minute(till: Till, store: Store) -> None:
    for _ in range(3):
        spend(rate=FEW, till=till, at=AT)
    with pytest.raises(ProblemFound) as raised:
        spend(rate=FEW, till=till, at=AT)
    assert (raised.value.kind.status, raised.value.headers) == (429, {"Retry-After": "45"})
    spend(rate=Rate("other", 3), till=till, at=AT)
    spend(rate=FEW, till=make_till(store), at=AT)
    spend(rate=FEW, till=till, at=AT + timedelta(seconds=45))


def test_card_lookups_stop_at_sixty_while_other_calls_go_on(api: TillClient, till: Till, card: Card) -> None:
    assert (LOOKUPS.maximum, CALLS.maximum) == (60, 600)
    use_up(LOOKUPS, till)
    answer = api.get(f"cards/{card.number}")
    assert answer.problem == (429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert api.post("earns", {"card": card.number}).status == 201


def test_all_calls_of_a_till_stop_at_the_rate_and_those_of_another_go_on(
    api: TillClient, till: Till, store: Store, card: Card
) -> None:
    use_up(CALLS, till)
    assert api.post("earns", {"card": card.number}).problem == (429, "too-many-requests")
    assert api.get(f"cards/{card.number}").problem == (429, "too-many-requests")
    assert client_of(make_till(store)).get(f"cards/{card.number}").status == 200


def test_redis_that_is_away_does_not_stop_a_till(api: TillClient, card: Card, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    answers = [api.get(f"cards/{card.number}").status for _ in range(2)]
    assert answers == [200, 200]
