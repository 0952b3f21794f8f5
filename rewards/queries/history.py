"""Bookings as people look back on them: last at a till, on a card, one explained, sums, what is still owed.

Promises: one query each, whatever the number of rows, over the indexes that the models name for it; members, tills
and redemptions come along. A booking says what it came to when it was made (its stored outcome) and whether it was
taken back since. Nothing is written, and nothing is decided here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, FilteredRelation, Min, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from members.models import Card, Merchant, Till
from members.tenancy import TenantQuerySet
from rewards.domain.outcome import Outcome
from rewards.domain.requests import outcome_of
from rewards.domain.undo import UNDOABLE
from rewards.models import AccountKind, Booking, BookingKind, BookingOutcome, Lot, Redemption, RedemptionState

#: What moved units; a refusal and an extra check did not.
BOOKED = (BookingOutcome.POSTED, BookingOutcome.HELD)
#: Of what settles a held booking, the release; the other one is a rejection.
_RELEASED = Q(kind=BookingKind.RELEASE, result__details__released=1)


@dataclass(frozen=True, slots=True)
class PastBooking:
    """A booking with its outcome as first answered; `undone` when it was taken back since, `released` when it was held
    for checking and counts now.

    Card with member, till with store, staff and, of a redemption, the reward with its program are loaded.
    """

    booking: Booking
    outcome: Outcome
    undone: bool
    released: bool = False

    @property
    def is_pending(self) -> bool:
        """Whether it is still being checked."""
        return self.booking.outcome == BookingOutcome.HELD and not (self.undone or self.released)

    @property
    def redemption(self) -> Redemption | None:
        """The redemption that this booking made, if it did."""
        found: Redemption | None = getattr(self.booking, "redemption", None)
        return found

    @property
    def can_be_undone(self) -> bool:
        """Whether it moved units that nobody has taken back or released; when and by whom is asked elsewhere."""
        is_settled = self.undone or self.released
        return self.booking.kind in UNDOABLE and self.booking.outcome in BOOKED and not is_settled

    def seconds_to_undo(self, *, at: datetime, window_seconds: int) -> int:
        """Return the whole seconds (rounded down, 0 when none) in which it may be undone without a manager."""
        if not self.can_be_undone:
            return 0
        end = self.booking.recorded_at + timedelta(seconds=window_seconds)
        return max(0, (end - at) // timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class TillSums:
    """How many earns and redemptions a till has booked and not taken back, and how many were taken back."""

    earned: int = 0
    redeemed: int = 0
    undone: int = 0


@dataclass(frozen=True, slots=True)
class Expiring:
    """Units of one program that end soon, and when the first of them does."""

    units: int
    first_at: datetime


def booking_by_id(*, merchant: Merchant, public_id: UUID) -> PastBooking | None:
    """Return the merchant's booking with this public id; of another merchant, None."""
    return next(iter(_past(merchant, _all(merchant).filter(public_id=public_id))), None)


def booking_of_request(*, merchant: Merchant, request_id: str) -> PastBooking | None:
    """Return the booking that answered a request, or None."""
    return next(iter(_past(merchant, _all(merchant).filter(request_id=request_id))), None)


def recent_at_till(*, merchant: Merchant, till: Till, since: datetime, limit: int = 5) -> list[PastBooking]:
    """Return what earns and redemptions moved at the till since then, the latest first."""
    rows = _all(merchant).filter(till=till, recorded_at__gte=since, kind__in=UNDOABLE, outcome__in=BOOKED)
    return _past(merchant, rows.order_by("-recorded_at", "-pk")[:limit])


def bookings_of_card(*, merchant: Merchant, card: Card, limit: int = 12) -> list[PastBooking]:
    """Return the card's bookings of every kind and outcome, the latest first."""
    return _past(merchant, _all(merchant).filter(card=card).order_by("-recorded_at", "-pk")[:limit])


def sums_at_till(*, merchant: Merchant, till: Till, since: datetime) -> TillSums:
    """Count what the till has booked since then."""
    rows = (
        _moved(merchant, till, since)
        .annotate(was_undone=_undone(merchant))
        .values("kind", "was_undone")
        .annotate(count=Count("pk"))
    )
    counts = {(row["kind"], row["was_undone"]): row["count"] for row in rows.order_by()}
    return TillSums(
        earned=counts.get((BookingKind.EARN, False), 0),
        redeemed=counts.get((BookingKind.REDEEM, False), 0),
        undone=sum(count for (_, undone), count in counts.items() if undone),
    )


def units_at_till(*, merchant: Merchant, till: Till, since: datetime) -> dict[int, int]:
    """Sum up what earns at the till granted since then and nobody took back: program row id -> units."""
    rows = (
        _moved(merchant, till, since)
        .filter(~_undone(merchant), kind=BookingKind.EARN)
        # The merchant in the join's condition is what lets it use the index.
        .annotate(moved=FilteredRelation("transfers", condition=Q(transfers__merchant=merchant)))
        .filter(moved__isnull=False)
        .values(program=F("moved__credit__program_id"))
        .annotate(units=Coalesce(Sum("moved__amount"), 0))
    )
    return {row["program"]: row["units"] for row in rows.order_by()}


def open_redemptions(*, merchant: Merchant, till: Till, since: datetime) -> list[Redemption]:
    """Return what was reserved at the till since then and neither handed over nor undone, the oldest first."""
    rows = Redemption.objects.for_merchant(merchant).filter(
        state=RedemptionState.RESERVED, reserved_at__gte=since, booking__till=till
    )
    return list(rows.select_related("reward", "booking", "card__member").order_by("reserved_at", "pk"))


def expiring_units(*, merchant: Merchant, card: Card, at: datetime, until: datetime) -> dict[int, Expiring]:
    """Return what of the card's units ends after `at` and before `until`: program row id -> units and first end."""
    rows = (
        Lot.objects.for_merchant(merchant)
        .filter(account__merchant=merchant, account__card=card, account__kind=AccountKind.AVAILABLE)
        .filter(remaining__gt=0, expires_at__gt=at, expires_at__lt=until)
        .values(program=F("account__program_id"))
        .annotate(units=Sum("remaining"), first_at=Min("expires_at"))
    )
    return {row["program"]: Expiring(row["units"], row["first_at"]) for row in rows.order_by()}


def _all(merchant: Merchant) -> TenantQuerySet[Booking]:
    return Booking.objects.for_merchant(merchant).select_related(
        "card__member", "till__store", "staff", "redemption__reward__program"
    )


def _moved(merchant: Merchant, till: Till, since: datetime) -> TenantQuerySet[Booking]:
    return Booking.objects.for_merchant(merchant).filter(
        till=till, recorded_at__gte=since, kind__in=UNDOABLE, outcome__in=BOOKED
    )


def _undone(merchant: Merchant) -> Exists:
    """Return the condition that a booking was taken back: a posted booking reverses it and is no release."""
    return Exists(_reversals(merchant).exclude(_RELEASED))


def _released(merchant: Merchant) -> Exists:
    """Return the condition that held units of a booking were released."""
    return Exists(_reversals(merchant).filter(_RELEASED))


def _reversals(merchant: Merchant) -> TenantQuerySet[Booking]:
    """Return the posted bookings that point to the outer one; there is at most one, found by its index."""
    return Booking.objects.for_merchant(merchant).filter(reverses=OuterRef("pk"), outcome=BookingOutcome.POSTED)


def _past(merchant: Merchant, rows: TenantQuerySet[Booking]) -> list[PastBooking]:
    annotated = rows.annotate(was_undone=_undone(merchant), was_released=_released(merchant))
    return [PastBooking(row, outcome_of(row), bool(row.was_undone), bool(row.was_released)) for row in annotated]
