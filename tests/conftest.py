"""What all tests share: one merchant's small world, and skips for what this machine can't run.

The suite runs on SQLite and, with DATABASE_URL, on PostgreSQL. A test marked `postgres` needs real parallel
transactions, `browser` needs CHROMIUM (the path of a Chromium), `redis` needs REDIS_URL.
"""

import os
import uuid

import pytest
from django.conf import settings
from django.core.cache import caches

from members.models import Card, Member, Merchant, Role, Staff, Store, Till
from tests import factories


def _reasons_to_skip() -> dict[str, str]:
    """Return the markers that can't run here, each with the reason."""
    reasons = {}
    if not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        reasons["postgres"] = "needs PostgreSQL: set DATABASE_URL to a postgresql:// address"
    if not os.environ.get("CHROMIUM"):
        reasons["browser"] = "needs a browser: set CHROMIUM to the path of a Chromium"
    if not os.environ.get("REDIS_URL"):
        reasons["redis"] = "needs Redis: set REDIS_URL"
    return reasons


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what can't run here, saying why; the lint and service runs count the skips."""
    for item in items:
        for name in ("redis", "browser"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))  # one Redis, one screen: one worker at a time
    for name, reason in _reasons_to_skip().items():
        for item in items:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def merchant(db: None) -> Merchant:
    """The merchant that a test is about."""
    return factories.make_merchant(name="Bäckerei Morgenrot")


@pytest.fixture
def other_merchant(db: None) -> Merchant:
    """A merchant whose objects must stay out of reach."""
    return factories.make_merchant(name="Salon Kamm")


@pytest.fixture
def store(merchant: Merchant) -> Store:
    """A store of the merchant."""
    return factories.make_store(merchant)


@pytest.fixture
def till(store: Store) -> Till:
    """A till of the store."""
    return factories.make_till(store)


@pytest.fixture
def cashier(merchant: Merchant) -> Staff:
    """Somebody at the counter, with the PIN `factories.PIN`."""
    return factories.make_staff(merchant, Role.CASHIER, name="Carla Kasse")


@pytest.fixture
def manager(merchant: Merchant) -> Staff:
    """Somebody who decides at the counter, with the PIN `factories.PIN`."""
    return factories.make_staff(merchant, Role.MANAGER, name="Mario Leitung")


@pytest.fixture
def owner(merchant: Merchant) -> Staff:
    """The owner, with a login."""
    return factories.make_staff(merchant, Role.OWNER, name="Olga Inhaber", user=factories.make_user())


@pytest.fixture
def member(merchant: Merchant) -> Member:
    """A member of the merchant, without contacts."""
    return factories.make_member(merchant, first_name="Anna", last_name="Beispiel")


@pytest.fixture
def card(member: Member) -> Card:
    """The member's card, not yet confirmed."""
    return factories.make_card(member)


@pytest.fixture(autouse=True)
def _own_cache() -> None:
    """Give each test a corner of the cache of its own, so that no limit counted by one is met by another.

    The database's cache is rolled back anyway; Redis is shared by all tests and workers, and is never flushed.
    """
    cache = caches["default"]
    cache.key_prefix = f"test-{uuid.uuid4().hex}"
