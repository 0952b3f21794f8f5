"""One request, one booking: replays, conflicts, and the header that every decided request leaves behind.

The client makes the request id and keeps it over retries. The same id with the same content gets the first
outcome again; with other content it is refused. Two tries at the same moment both may reach the insert: the
unique constraint lets one through, the other rolls back and answers what the first one wrote.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from members.models import Card, Merchant, Staff, Till
from rewards.domain.outcome import Outcome
from rewards.models import Booking, BookingKind

MAX_REQUEST_ID = 64


class RequestConflict(ValueError):
    """This request id was used before for something else."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a request comes from. ``channel``: counter, till, web or receipt; ``entry``: scan or manual."""

    till: Till | None
    staff: Staff | None
    channel: str = "counter"
    entry: str = "scan"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is recorded. Times are aware; ``occurred_at`` is when it happened at the till."""

    merchant: Merchant
    kind: BookingKind
    request_id: str
    content_hash: str
    desk: Desk
    occurred_at: datetime
    recorded_at: datetime


def hash_content(*parts: object) -> str:
    """Return SHA-256 over the request's content in one spelling (JSON)."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def check_request_id(request_id: str) -> None:
    """Refuse ids that no client makes.

    Raises:
        ValueError: it is empty, longer than 64 characters or not printable ASCII.
    """
    if not 1 <= len(request_id) <= MAX_REQUEST_ID or not request_id.isascii() or not request_id.isprintable():
        raise ValueError("request_id must be 1 to 64 printable ASCII characters")


def answered_before(*, merchant: Merchant, request_id: str, content_hash: str) -> Outcome | None:
    """Return the first outcome of this request, or None; one query where there is none.

    Raises:
        RequestConflict: the id stands for another content.
    """
    rows = Booking.objects.for_merchant(merchant).filter(request_id=request_id)
    # Nearly always there is none: one narrow look in the unique index, no row built, nothing joined.
    hashes = list(rows.order_by().values_list("content_hash", flat=True))
    if not hashes:
        return None
    if hashes[0] != content_hash:
        raise RequestConflict(request_id)
    earlier = rows.select_related("card").get()
    return outcome_of(earlier).as_replay()


def outcome_of(booking: Booking) -> Outcome:
    """Return a booking's outcome as first answered."""
    return Outcome.from_json(
        booking.result,
        booking=str(booking.public_id),
        kind=booking.kind,
        status=booking.outcome,
        card_number=booking.card.number,
    )


def once(*, merchant: Merchant, request_id: str, content_hash: str, write: Callable[[], Outcome]) -> Outcome:
    """Answer a replay, or run ``write`` in one transaction and answer what it returns.

    When ``write`` loses a race on a unique constraint it is run once more from the start: it then finds either
    the winner's booking (a replay) or the changed state that it must refuse.

    Raises:
        RequestConflict: the id stands for another content.
    """
    check_request_id(request_id)
    earlier = answered_before(merchant=merchant, request_id=request_id, content_hash=content_hash)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        earlier = answered_before(merchant=merchant, request_id=request_id, content_hash=content_hash)
        if earlier is not None:
            return earlier
        with transaction.atomic():
            return write()


def record(
    *,
    request: Request,
    card: Card,
    outcome: Outcome,
    assessment_id: int | None = None,
    reverses: Booking | None = None,
    amount_cents: int | None = None,
    receipt: str = "",
    items: list[dict[str, str | int]] | None = None,
    reason: str = "",
) -> Booking:
    """Write the booking row of a decided request; ``outcome.booking`` becomes its public id."""
    desk = request.desk
    return Booking.objects.create(
        merchant=request.merchant,
        public_id=outcome.booking,
        kind=request.kind,
        outcome=outcome.status,
        request_id=request.request_id,
        content_hash=request.content_hash,
        card=card,
        store_id=desk.till.store_id if desk.till else None,
        till=desk.till,
        staff=desk.staff,
        assessment_id=assessment_id,
        reverses=reverses,
        channel=desk.channel,
        entry=desk.entry,
        amount_cents=amount_cents,
        receipt=receipt,
        items=items or [],
        reason=reason,
        result=outcome.to_json(),
        occurred_at=request.occurred_at,
        recorded_at=request.recorded_at,
    )
