"""The periodic jobs, one line each, and the planner that writes them as ordinary durable jobs.

Each line yields *slots*: moments at which the job is due, each with a key. The planner writes the latest slot that
has begun, under its key, so any number of planners plan it once (``members.outbox``), and a night that nobody
worked through is made up for in the morning, once. Slots before the merchant existed are not planned.

Jobs of the whole installation need a merchant like every row: they belong to the oldest active one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from members.models import Merchant
from members.outbox import enqueue

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a periodic job is due, and the key that makes it be planned once."""

    due_at: datetime
    key: str


class Rhythm(Protocol):
    """How often a job is due."""

    def latest(self, *, at: datetime, zone: ZoneInfo) -> Slot:
        """Return the last slot that began at or before ``at``."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a merchant's local time. In the hour that clocks skip or repeat: once, too."""

    local_time: time

    def latest(self, *, at: datetime, zone: ZoneInfo) -> Slot:
        """Return today's slot, or yesterday's if today's has not begun; the key is the local date."""
        today = at.astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            due_at = datetime.combine(day, self.local_time, tzinfo=zone).astimezone(UTC)
            if due_at <= at:
                break
        return Slot(due_at=due_at, key=day.isoformat())


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, counted from 1970 in UTC and so at the same moments for all merchants."""

    minutes: int

    def latest(self, *, at: datetime, zone: ZoneInfo) -> Slot:
        """Return the slot that ``at`` lies in; the key is its beginning in UTC."""
        del zone
        seconds = self.minutes * 60
        due_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
        return Slot(due_at=due_at, key=f"{due_at:%Y-%m-%dT%H:%MZ}")


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line of the schedule: a job's name (loyalty_site.jobs), its rhythm, whether one merchant stands for all."""

    name: str
    rhythm: Rhythm
    for_installation: bool = False


SCHEDULE: tuple[Periodic, ...] = (
    Periodic("nightly", Daily(time(3, 30))),
    Periodic("purge_jobs", Daily(time(4, 30))),
    Periodic("clear_sessions", Daily(time(4, 45)), for_installation=True),
)


def zone_of(merchant: Merchant) -> ZoneInfo:
    """Return the merchant's time zone; for one that nobody knows, the installation's: others must not wait for it."""
    try:
        return ZoneInfo(merchant.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        logger.error("unknown time zone", extra={"merchant_id": merchant.pk, "zone": merchant.timezone})
        return ZoneInfo(settings.TIME_ZONE)


@dataclass
class Planner:
    """Plans the schedule again and again, and remembers what it has planned, so that most rounds cost one query."""

    schedule: Sequence[Periodic] = SCHEDULE
    _planned: dict[tuple[int, str], str] = field(default_factory=dict)

    def plan(self, *, at: datetime) -> int:
        """Write the jobs of all active merchants that have become due by ``at``; return how many were new."""
        written = 0
        for position, merchant in enumerate(Merchant.objects.filter(is_active=True).order_by("pk")):
            zone = zone_of(merchant)
            for line in self.schedule:
                if line.for_installation and position > 0:
                    continue
                slot = line.rhythm.latest(at=at, zone=zone)
                if slot.due_at < merchant.created_at or self._planned.get((merchant.pk, line.name)) == slot.key:
                    continue
                job = enqueue(merchant=merchant, name=line.name, arguments={}, run_at=slot.due_at, unique_key=slot.key)
                self._planned[merchant.pk, line.name] = slot.key
                written += job is not None
        return written
