"""Shifts: one open a till, begun by the right people with the right PIN."""

import uuid
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from members.domain.pins import PinOutcome
from members.domain.shifts import ShiftStart, end_shift, open_shift, start_shift
from members.models import Merchant, Role, Shift, Staff, Store, Till
from tests.factories import NOW, PIN, make_shift, make_staff, make_store, make_till

MINUTE = timedelta(minutes=1)


def _open_shifts(till: Till) -> list[Shift]:
    return list(Shift.objects.for_merchant(till.merchant).filter(till=till, ended_at=None))


def test_start_shift_opens_one_for_the_person(till: Till, cashier: Staff) -> None:
    start = start_shift(till=till, staff=cashier, pin=PIN, at=NOW)

    assert (start.outcome, start.wait_seconds) == (PinOutcome.OK, 0)
    assert start.shift is not None
    assert _open_shifts(till) == [start.shift]
    assert (start.shift.staff, start.shift.started_at, start.shift.ended_at) == (cashier, NOW, None)


def test_start_shift_ends_the_one_before_at_this_till_only(till: Till, cashier: Staff, manager: Staff) -> None:
    elsewhere = make_shift(make_till(till.store), cashier)
    first = start_shift(till=till, staff=cashier, pin=PIN, at=NOW)
    second = start_shift(till=till, staff=manager, pin=PIN, at=NOW + MINUTE)
    assert first.shift is not None
    assert second.shift is not None

    first.shift.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (first.shift.ended_at, elsewhere.ended_at) == (NOW + MINUTE, None)
    assert _open_shifts(till) == [second.shift]


def test_start_shift_with_a_wrong_pin_leaves_the_open_shift(till: Till, cashier: Staff, manager: Staff) -> None:
    running = make_shift(till, manager)

    start = start_shift(till=till, staff=cashier, pin="9173", at=NOW)

    assert start == ShiftStart(PinOutcome.WRONG_PIN, tries_left=2)
    assert _open_shifts(till) == [running]


def test_start_shift_while_locked_says_how_long(till: Till, cashier: Staff) -> None:
    for _ in range(3):
        start_shift(till=till, staff=cashier, pin="9173", at=NOW)

    assert start_shift(till=till, staff=cashier, pin=PIN, at=NOW) == ShiftStart(PinOutcome.LOCKED, wait_seconds=30)
    assert _open_shifts(till) == []


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_start_shift_by_a_role_off_the_counter_is_not_allowed(role: Role, till: Till) -> None:
    start = start_shift(till=till, staff=make_staff(till.merchant, role), pin=PIN, at=NOW)

    assert start == ShiftStart(PinOutcome.NOT_ALLOWED)
    assert _open_shifts(till) == []


def test_start_shift_by_another_merchants_staff_is_not_allowed_and_not_counted(
    till: Till, other_merchant: Merchant
) -> None:
    stranger = make_staff(other_merchant, Role.OWNER)

    assert start_shift(till=till, staff=stranger, pin=PIN, at=NOW) == ShiftStart(PinOutcome.NOT_ALLOWED)

    assert _open_shifts(till) == []
    stranger.refresh_from_db()
    assert stranger.pin_failures == 0


@pytest.mark.parametrize("part", ["till", "store"])
def test_start_shift_at_a_till_out_of_use_is_not_allowed(part: str, till: Till, cashier: Staff) -> None:
    inactive: Till | Store = till if part == "till" else till.store
    inactive.is_active = False
    inactive.save()

    assert start_shift(till=till, staff=cashier, pin=PIN, at=NOW).outcome is PinOutcome.NOT_ALLOWED
    assert _open_shifts(till) == []


def test_end_shift_ends_it_once(till: Till) -> None:
    shift = make_shift(till)

    assert end_shift(shift=shift, at=NOW + MINUTE)
    assert not end_shift(shift=shift, at=NOW + 2 * MINUTE)

    shift.refresh_from_db()
    assert shift.ended_at == NOW + MINUTE


def test_open_shift_is_found_with_its_person_in_one_query(
    till: Till, cashier: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shift = make_shift(till, cashier)

    with django_assert_num_queries(1):
        for_id = open_shift(till=till, shift_public_id=shift.public_id)
        assert for_id is not None
        assert for_id.staff.name == "Carla Kasse"
    assert open_shift(till=till, shift_public_id=str(shift.public_id)) == shift


def test_open_shift_that_is_over_or_elsewhere_is_none(till: Till, other_merchant: Merchant) -> None:
    over = make_shift(till, ended_at=NOW)
    elsewhere = make_shift(make_till(till.store))
    foreign = make_shift(make_till(make_store(other_merchant)))

    for shift in (over, elsewhere, foreign):
        assert open_shift(till=till, shift_public_id=shift.public_id) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.AUDITOR}])
def test_open_shift_of_somebody_no_longer_allowed_is_none(
    change: dict[str, object], till: Till, cashier: Staff
) -> None:
    shift = make_shift(till, cashier)
    assert open_shift(till=till, shift_public_id=shift.public_id) == shift

    Staff.objects.for_merchant(till.merchant).filter(pk=cashier.pk).update(**change)

    assert open_shift(till=till, shift_public_id=shift.public_id) is None


@pytest.mark.parametrize("garbage", ["", "1", "\0", "x" * 10_000, "../../etc", str(uuid.UUID(int=0))])
def test_open_shift_of_garbage_is_none(garbage: str, till: Till) -> None:
    make_shift(till)

    assert open_shift(till=till, shift_public_id=garbage) is None
