"""How often a till may call: so many times in each minute, counted for each till.

A brake for runaway clients and for browsing cards, no ledger: windows are whole minutes, so twice the number fits
around a full minute. With Redis all processes count together. Without it each process counts for itself in memory:
the database cache would cost more statements than the call it counts. A Redis that is away never keeps a till from
booking: then, too, memory counts.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.core.cache.backends.locmem import LocMemCache
from redis import RedisError

from loyalty_site.api import problems
from loyalty_site.api.problems import ProblemFound
from members.models import Till

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60
_memory = LocMemCache("api-rates", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``maximum`` calls a minute."""

    name: str
    maximum: int


CALLS = Rate("calls", 600)
LOOKUPS = Rate("lookups", 60)


def spend(*, rate: Rate, till: Till, at: datetime) -> None:
    """Count one call of the till.

    Raises:
        ProblemFound: 429 with Retry-After, once the minute's calls are used up.
    """
    minute, second = divmod(int(at.timestamp()), WINDOW_SECONDS)
    if _count(f"api-rate:{rate.name}:{till.public_id}:{minute}") > rate.maximum:
        raise ProblemFound(problems.TOO_MANY, headers={"Retry-After": str(WINDOW_SECONDS - second)})


def _count(key: str) -> int:
    if settings.REDIS_URL:
        try:
            return _count_in(caches["default"], key)
        except RedisError:
            logger.warning("Redis did not count an API call, memory does")
    return _count_in(_memory, key)


def _count_in(cache: BaseCache, key: str) -> int:
    """Add one and return the sum; of two first calls at once, one adds the key and both count."""
    try:
        return cache.incr(key)
    except ValueError:
        return 1 if cache.add(key, 1, 2 * WINDOW_SECONDS) else cache.incr(key)
