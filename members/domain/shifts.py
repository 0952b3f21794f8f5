"""Shifts: who stands at which till, begun with a PIN.

Promises: one open shift a till; whoever begins one ends the shift before in the same transaction. Only active staff
with a role at the counter of the till's own merchant, after the throttled check of `pins`. An open shift of somebody
who is no longer active is no open shift.

Idle time and the session that carries a shift's public id are the counter's business.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from members.domain.pins import (
    PinCheck,
    PinOutcome,
    PinProblem,
    PinProblemReason,
    check_pin,
    pin_problem,
    set_pin,
)
from members.models import COUNTER_ROLES, Shift, Staff, Till
from members.tenancy import same_merchant

__all__ = [
    "PinCheck",
    "PinOutcome",
    "PinProblem",
    "PinProblemReason",
    "ShiftStart",
    "check_pin",
    "end_shift",
    "open_shift",
    "pin_problem",
    "set_pin",
    "start_shift",
]


@dataclass(frozen=True, slots=True)
class ShiftStart:
    """The outcome of beginning a shift; `shift` only when it is ok. Wait and tries as in `pins.PinCheck`."""

    outcome: PinOutcome
    shift: Shift | None = None
    wait_seconds: int = 0
    tries_left: int = 0


def start_shift(*, till: Till, staff: Staff, pin: str, at: datetime) -> ShiftStart:
    """Begin a shift with the person's PIN, ending the till's open one.

    Call it outside of a transaction: the try is counted in one of its own, see `pins.check_pin`. Of two people who
    begin at one till at once, the later one has the open shift.

    `not_allowed`: as for the PIN, or a till of another merchant or not active.

    Raises:
        RuntimeError: called inside a transaction.
    """
    if not same_merchant(till, staff):
        return ShiftStart(PinOutcome.NOT_ALLOWED)
    check = check_pin(staff=staff, pin=pin, at=at)
    if not check.is_ok:
        return ShiftStart(check.outcome, wait_seconds=check.wait_seconds, tries_left=check.tries_left)
    shift = _begin(till, staff, at)
    return ShiftStart(PinOutcome.OK if shift else PinOutcome.NOT_ALLOWED, shift, tries_left=check.tries_left)


def end_shift(*, shift: Shift, at: datetime) -> bool:
    """End a shift; False when it had ended already."""
    open_one = Shift.objects.for_merchant(shift.merchant_id).filter(pk=shift.pk, ended_at__isnull=True)
    if not open_one.update(ended_at=at):
        return False
    shift.ended_at = at
    return True


def open_shift(*, till: Till, shift_public_id: UUID | str) -> Shift | None:
    """Return this till's open shift of this id, staff loaded, in one query; None when it is over, or no id at all."""
    try:
        public_id = UUID(str(shift_public_id))
    except ValueError:
        return None
    return (
        Shift.objects.for_merchant(till.merchant_id)
        .filter(till=till, public_id=public_id, ended_at__isnull=True)
        .filter(staff__is_active=True, staff__role__in=COUNTER_ROLES)
        .select_related("staff")
        .first()
    )


def _begin(till: Till, staff: Staff, at: datetime) -> Shift | None:
    """End the till's open shift and make the new one; None when the till is not active.

    The till's row is locked, or two beginners would both end nothing and collide on the one open shift.
    """
    with transaction.atomic():
        active = Till.objects.for_merchant(till.merchant_id).filter(pk=till.pk, is_active=True, store__is_active=True)
        if active.select_for_update(of=("self",)).first() is None:
            return None
        Shift.objects.for_merchant(till.merchant_id).filter(till=till, ended_at__isnull=True).update(ended_at=at)
        return Shift.objects.create(merchant_id=till.merchant_id, till=till, staff=staff, started_at=at)
