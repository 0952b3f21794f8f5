"""Attempts are counted in windows of ten minutes, for each subject on its own."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from loyalty_site.counter.throttle import client_address, is_too_often
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def _tries(subject: str, count: int) -> list[bool]:
    return [is_too_often(scope="test", subject=subject, maximum=3, at=NOW) for _ in range(count)]


def test_tries_beyond_the_maximum_are_too_often_until_the_window_ends() -> None:
    assert _tries("a", 5) == [False, False, False, True, True]
    assert _tries("b", 1) == [False]
    assert not is_too_often(scope="other", subject="a", maximum=3, at=NOW)
    assert not is_too_often(scope="test", subject="a", maximum=3, at=NOW + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_is_taken_from_own_proxies_only(
    settings: LazySettings, hops: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = hops
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected
