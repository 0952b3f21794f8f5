"""PINs of staff: set one, and check one with guessing throttled in the database.

Promises: every try is counted, in its own committed statement, before it is compared: neither parallel requests nor a
request that fails afterwards get a free guess. After the third wrong PIN the wait is 30 seconds and doubles with each
further one up to an hour; the right PIN resets it. A locked person's right PIN is refused as well.

PINs are kept by Django's password hasher, which is slow on purpose, and compared outside of any transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Case, DateTimeField, F, Q, Value, When

from members import audit
from members.audit import Actor
from members.models import COUNTER_ROLES, Staff

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600
_DOUBLINGS = 7
_SHORTEST, _LONGEST = 4, 6


class PinProblemReason(StrEnum):
    """Why a PIN can't be set."""

    NOT_DIGITS = "not_digits"
    LENGTH = "length"
    TRIVIAL = "trivial"


class PinProblem(ValueError):
    """A PIN that can't be set; the message is the reason alone."""

    def __init__(self, reason: PinProblemReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PinOutcome(StrEnum):
    """What came of a PIN that was entered."""

    OK = "ok"
    WRONG_PIN = "wrong_pin"
    LOCKED = "locked"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class PinCheck:
    """The outcome; `wait_seconds` until the next try counts, `tries_left` before there is a (longer) wait.

    `not_allowed`: not active, no role at the counter, or no PIN yet.
    """

    outcome: PinOutcome
    wait_seconds: int = 0
    tries_left: int = 0

    @property
    def is_ok(self) -> bool:
        """Tell whether the PIN was right."""
        return self.outcome is PinOutcome.OK


def pin_problem(pin: str) -> PinProblemReason | None:
    """Return why this can't be a PIN (4 to 6 digits, none of the first that anybody would guess), or None.

    Refused are a repeated block (1111, 1212, 123123) and an unbroken count up or down, over the zero too (7890).
    """
    if not (pin.isascii() and pin.isdigit()):
        return PinProblemReason.NOT_DIGITS
    if not _SHORTEST <= len(pin) <= _LONGEST:
        return PinProblemReason.LENGTH
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    # A text is made of a repeated block exactly when it occurs in its own double other than at the two ends.
    if steps in ({1}, {9}) or pin in (pin + pin)[1:-1]:
        return PinProblemReason.TRIVIAL
    return None


def set_pin(*, staff: Staff, pin: str, actor: Actor, at: datetime) -> None:
    """Give a person a new PIN and end any wait; `staff` gets the new values.

    Raises:
        PinProblem: with the reason; nothing was changed.
    """
    if (reason := pin_problem(pin)) is not None:
        raise PinProblem(reason)
    staff.pin_hash, old = make_password(pin), staff.pin_hash
    staff.pin_failures, staff.pin_locked_until = 0, None
    with transaction.atomic():
        staff.save(update_fields=["pin_hash", "pin_failures", "pin_locked_until"])
        audit.record(
            merchant=staff.merchant,
            at=at,
            action="staff.pin_set",
            target=staff,
            actor=actor,
            old={"pin": old},
            new={"pin": staff.pin_hash},
        )


def check_pin(*, staff: Staff, pin: str, at: datetime) -> PinCheck:
    """Check the PIN of a person at the counter, counting the try first. Whether their role suffices is asked elsewhere.

    Call it outside of a transaction: a rolled-back try would be a free guess, hence Django's RuntimeError inside
    `atomic`. Takes as long as the hasher does, a fraction of a second, without holding a lock.

    Raises:
        RuntimeError: called inside a transaction.
    """
    mine = Staff.objects.for_merchant(staff.merchant_id).filter(pk=staff.pk)
    able = mine.filter(is_active=True, role__in=COUNTER_ROLES).exclude(pin_hash="")
    with transaction.atomic(durable=True):
        counted = able.filter(Q(pin_locked_until__isnull=True) | Q(pin_locked_until__lte=at)).update(
            pin_failures=F("pin_failures") + 1, pin_locked_until=_next_wait(at)
        )
        now = able.first()
    if now is None:
        return PinCheck(PinOutcome.NOT_ALLOWED)
    if not counted:
        return PinCheck(PinOutcome.LOCKED, wait_seconds=_seconds_until(now.pin_locked_until, at))
    if pin_problem(pin) in {None, PinProblemReason.TRIVIAL} and check_password(pin, now.pin_hash):
        mine.update(pin_failures=0, pin_locked_until=None)
        return PinCheck(PinOutcome.OK, tries_left=FREE_TRIES)
    tries_left = max(FREE_TRIES - now.pin_failures, 0)
    return PinCheck(PinOutcome.WRONG_PIN, _seconds_until(now.pin_locked_until, at), tries_left)


def wait_after(failures: int) -> int:
    """Return the seconds of wait after this many wrong PINs in a row."""
    if failures < FREE_TRIES:
        return 0
    return min(FIRST_WAIT_SECONDS << min(failures - FREE_TRIES, _DOUBLINGS), LONGEST_WAIT_SECONDS)


def _next_wait(at: datetime) -> Case:
    """Return the end of the wait if the try being counted fails, from the failures before it, as one expression."""
    waits = [
        When(pin_failures=before, then=Value(at + timedelta(seconds=wait_after(before + 1))))
        for before in range(FREE_TRIES - 1, FREE_TRIES + _DOUBLINGS - 1)
    ]
    return Case(
        When(pin_failures__lt=FREE_TRIES - 1, then=Value(None)),
        *waits,
        default=Value(at + timedelta(seconds=LONGEST_WAIT_SECONDS)),
        output_field=DateTimeField(),
    )


def _seconds_until(moment: datetime | None, at: datetime) -> int:
    """Return the whole seconds from `at` until a moment, rounded up; 0 when there is none or it has passed."""
    return 0 if moment is None else max(-((at - moment) // timedelta(seconds=1)), 0)
