"""Exact caps and time locks: charged by one conditional upsert, so that parallel bookings can't slip through.

Each counter row is one (limit, subject, window). The upsert adds the units only where the cap allows it and the
time lock is over, and returns the rows that accepted; the database's own check constraint stands behind it.
Rows are upserted in the order of limit and subject, so that two bookings never wait for each other crosswise.
When one limit refuses, what the others took is given back in the same transaction.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import F

from fraud.decision import Cause, Charge
from fraud.facts import EventFacts
from fraud.models import Limit, LimitCounter, LimitKind, LimitSubject
from members.models import Merchant

#: Compiled limits by merchant, valid for one rules version; a process keeps them, the version invalidates them.
_cache: dict[uuid.UUID, tuple[int, tuple["LiveLimit", ...]]] = {}
_CACHED_MERCHANTS = 1000

_UPSERT = """
INSERT INTO fraud_limitcounter (merchant_id, limit_id, subject_id, "window", used, maximum, last_at, next_at)
VALUES {rows}
ON CONFLICT (merchant_id, limit_id, subject_id, "window") DO UPDATE SET
    used = fraud_limitcounter.used + excluded.used,
    maximum = excluded.maximum,
    last_at = excluded.last_at,
    next_at = excluded.next_at
WHERE fraud_limitcounter.used + excluded.used <= excluded.maximum
  AND fraud_limitcounter.next_at <= excluded.last_at
RETURNING limit_id, subject_id
"""
#: A time lock counts nothing: its cap only has to be out of reach.
_NO_CAP = 2**62


@dataclass(frozen=True, slots=True)
class LiveLimit:
    """A limit as bookings need it."""

    id: int
    kind: str
    subject: str
    program: str
    maximum: int
    seconds: int


def live_limits(merchant: Merchant) -> tuple[LiveLimit, ...]:
    """Return the merchant's active limits, from this process's cache while ``rules_version`` stands."""
    cached = _cache.get(merchant.public_id)
    if cached is not None and cached[0] == merchant.rules_version:
        return cached[1]
    limits = tuple(
        LiveLimit(limit.pk, limit.kind, limit.subject, limit.program, limit.maximum, limit.seconds)
        for limit in Limit.objects.for_merchant(merchant).filter(is_active=True).order_by("pk")
    )
    if len(_cache) >= _CACHED_MERCHANTS:
        _cache.clear()
    _cache[merchant.public_id] = (merchant.rules_version, limits)
    return limits


def charge(*, merchant: Merchant, facts: EventFacts) -> tuple[tuple[Charge, ...], tuple[Cause, ...]]:
    """Take the event's units from every limit that applies, all or nothing.

    Must run inside the booking's transaction; locks the counter rows until its end. Returns the charges taken,
    or no charges and one cause for each limit that refused.
    """
    wanted = _charges(live_limits(merchant), facts)
    if not wanted:
        return (), ()
    now = _epoch(facts.at)
    hopeless = [(limit, item) for limit, item in wanted if item.units > _cap(limit)]
    if hopeless:
        return (), tuple(_cause(limit, item, counter=None, at=facts.at) for limit, item in hopeless)
    accepted = _upsert(merchant, wanted, now)
    refused = [(limit, item) for limit, item in wanted if (item.limit_id, item.subject_id) not in accepted]
    taken = tuple(item for _, item in wanted if (item.limit_id, item.subject_id) in accepted)
    if not refused:
        return taken, ()
    refund(merchant=merchant, charges=taken)
    counters = _counters(merchant, [item for _, item in refused])
    return (), tuple(
        _cause(limit, item, counter=counters.get((item.limit_id, item.subject_id)), at=facts.at)
        for limit, item in refused
    )


def refund(*, merchant: Merchant, charges: Iterable[Charge]) -> None:
    """Give charges back: units are subtracted, a time lock is lifted if it is still this booking's."""
    for item in charges:
        rows = LimitCounter.objects.for_merchant(merchant).filter(
            limit_id=item.limit_id, subject_id=item.subject_id, window=item.window
        )
        if item.next_at:
            rows.filter(next_at=item.next_at).update(next_at=0, last_at=0)
        else:
            rows.filter(used__gte=item.units).update(used=F("used") - item.units)


def _charges(limits: Sequence[LiveLimit], facts: EventFacts) -> list[tuple[LiveLimit, Charge]]:
    subjects = {
        LimitSubject.CARD.value: facts.card_id,
        LimitSubject.STAFF.value: facts.staff_id,
        LimitSubject.TILL.value: facts.till_id,
        LimitSubject.STORE.value: facts.store_id,
    }
    wanted: list[tuple[LiveLimit, Charge]] = []
    for limit in limits:
        subject = subjects[limit.subject]
        units = facts.units.get(limit.program, 0) if limit.program else sum(facts.units.values())
        if subject is None or units == 0:
            continue
        if limit.kind == LimitKind.INTERVAL:
            item = Charge(limit.id, subject, 0, 0, _epoch(facts.at) + limit.seconds)
        else:
            item = Charge(limit.id, subject, facts.local_day, units if limit.kind == LimitKind.UNITS else 1, 0)
        wanted.append((limit, item))
    return sorted(wanted, key=lambda pair: (pair[1].limit_id, pair[1].subject_id))


def _upsert(merchant: Merchant, wanted: Sequence[tuple[LiveLimit, Charge]], now: int) -> set[tuple[int, int]]:
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(wanted))
    parameters: list[Any] = []  # Any: the driver takes numbers of any kind
    for limit, item in wanted:
        parameters += [merchant.pk, item.limit_id, item.subject_id, item.window, item.units, _cap(limit)]
        parameters += [now, item.next_at]
    with connection.cursor() as cursor:
        # Only placeholders are put together here, one row for each limit; every value is bound.
        cursor.execute(_UPSERT.format(rows=rows), parameters)
        return {(row[0], row[1]) for row in cursor.fetchall()}


def _counters(merchant: Merchant, items: Sequence[Charge]) -> Mapping[tuple[int, int], LimitCounter]:
    rows = LimitCounter.objects.for_merchant(merchant).filter(
        limit_id__in=[item.limit_id for item in items], window__in={item.window for item in items}
    )
    wanted = {(item.limit_id, item.subject_id) for item in items}
    return {(r.limit_id, r.subject_id): r for r in rows if (r.limit_id, r.subject_id) in wanted}


def _cause(limit: LiveLimit, item: Charge, *, counter: LimitCounter | None, at: datetime) -> Cause:
    """Say which limit refused, with what a person at the counter needs to know."""
    if limit.kind == LimitKind.INTERVAL and counter is not None:
        return Cause(
            "time_lock",
            {
                "last_at": _iso(counter.last_at),
                "next_at": _iso(counter.next_at),
                "minutes_ago": max(0, (_epoch(at) - counter.last_at) // 60),
                "minutes_left": max(1, -(-(counter.next_at - _epoch(at)) // 60)),
                "seconds": limit.seconds,
            },
        )
    return Cause(
        f"limit_{limit.kind}_{limit.subject}",
        {"maximum": limit.maximum, "used": counter.used if counter else 0, "wanted": item.units},
    )


def _cap(limit: LiveLimit) -> int:
    return _NO_CAP if limit.kind == LimitKind.INTERVAL else limit.maximum


def _epoch(at: datetime) -> int:
    return int(at.timestamp())


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat()
