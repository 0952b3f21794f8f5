"""PINs: which are refused, and how guessing is slowed down."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from members.audit import Actor, history_of
from members.domain.pins import (
    PinCheck,
    PinOutcome,
    PinProblem,
    PinProblemReason,
    check_pin,
    pin_problem,
    set_pin,
    wait_after,
)
from members.models import Merchant, Role, Staff
from tests.factories import NOW, PIN, make_staff

SECOND = timedelta(seconds=1)
WRONG = "9173"


# --- Which PINs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pin", ["0000", "111111", "1234", "123456", "4321", "9876", "7890", "0987", "1212", "123123"])
def test_pin_that_anybody_would_guess_is_refused(pin: str) -> None:
    assert pin_problem(pin) is PinProblemReason.TRIVIAL


@pytest.mark.parametrize("pin", ["123", "1234567", "2" * 200])
def test_pin_of_wrong_length_is_refused(pin: str) -> None:
    assert pin_problem(pin) is PinProblemReason.LENGTH


@pytest.mark.parametrize("pin", ["", "12a4", "12 4", "-284", "²846", "٢٨٤٦", "2846\n", "2846\0"])
def test_pin_of_anything_but_plain_digits_is_refused(pin: str) -> None:
    assert pin_problem(pin) is PinProblemReason.NOT_DIGITS


@pytest.mark.parametrize("pin", [PIN, WRONG, "1235", "13579", "012346", "112233", "1221"])
def test_pin_of_other_digits_is_accepted(pin: str) -> None:
    assert pin_problem(pin) is None


@given(block=st.text("0123456789", min_size=1, max_size=3), times=st.integers(2, 6))
def test_pin_of_a_repeated_block_is_refused(block: str, times: int) -> None:
    pin = block * times
    expected = PinProblemReason.TRIVIAL if 4 <= len(pin) <= 6 else PinProblemReason.LENGTH

    assert pin_problem(pin) is expected


@given(pin=st.text("0123456789", min_size=4, max_size=6))
def test_pin_is_refused_only_for_a_pattern(pin: str) -> None:
    repeats = any(len(pin) % n == 0 and pin == pin[:n] * (len(pin) // n) for n in (1, 2, 3) if n < len(pin))
    counts = any(pin in digits * 2 for digits in ("0123456789", "9876543210"))

    assert (pin_problem(pin) is PinProblemReason.TRIVIAL) == (repeats or counts)


def test_set_pin_makes_it_the_only_right_one(cashier: Staff) -> None:
    set_pin(staff=cashier, pin="739214", actor=Actor.job("test"), at=NOW)

    assert check_pin(staff=cashier, pin="739214", at=NOW).is_ok
    assert not check_pin(staff=cashier, pin=PIN, at=NOW).is_ok
    cashier.refresh_from_db()
    assert "739214" not in cashier.pin_hash


def test_set_pin_refused_changes_nothing(cashier: Staff) -> None:
    with pytest.raises(PinProblem) as refusal:
        set_pin(staff=cashier, pin="1234", actor=Actor.job("test"), at=NOW)

    assert refusal.value.reason is PinProblemReason.TRIVIAL
    assert "1234" not in str(refusal.value)
    assert check_pin(staff=cashier, pin=PIN, at=NOW).is_ok
    assert not history_of(cashier, merchant=cashier.merchant).exists()


def test_set_pin_ends_a_wait(cashier: Staff) -> None:
    for _ in range(3):
        check_pin(staff=cashier, pin=WRONG, at=NOW)
    assert check_pin(staff=cashier, pin=PIN, at=NOW).outcome is PinOutcome.LOCKED

    set_pin(staff=cashier, pin="739214", actor=Actor.job("test"), at=NOW)

    assert check_pin(staff=cashier, pin="739214", at=NOW).is_ok


def test_set_pin_is_audited_without_pin_and_hash(cashier: Staff, manager: Staff) -> None:
    set_pin(staff=cashier, pin="739214", actor=Actor.of_staff(manager), at=NOW)

    entry = history_of(cashier, merchant=cashier.merchant).get()
    assert (entry.action, entry.staff, entry.old, entry.new) == ("staff.pin_set", manager, {"pin": "•"}, {"pin": "•≠"})


# --- Guessing ------------------------------------------------------------------------------------------


def test_wait_doubles_from_the_third_wrong_pin_to_an_hour() -> None:
    assert [wait_after(failures) for failures in range(12)] == [
        0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600,
    ]  # fmt: skip


def test_wrong_pins_count_down_and_then_lock(cashier: Staff) -> None:
    checks = [check_pin(staff=cashier, pin=WRONG, at=NOW) for _ in range(4)]

    assert checks == [
        PinCheck(PinOutcome.WRONG_PIN, wait_seconds=0, tries_left=2),
        PinCheck(PinOutcome.WRONG_PIN, wait_seconds=0, tries_left=1),
        PinCheck(PinOutcome.WRONG_PIN, wait_seconds=30, tries_left=0),
        PinCheck(PinOutcome.LOCKED, wait_seconds=30),
    ]


def test_every_further_wrong_pin_waits_as_long_as_promised(cashier: Staff) -> None:
    at, waits = NOW, []
    for _ in range(12):
        check = check_pin(staff=cashier, pin=WRONG, at=at)
        assert check.outcome is PinOutcome.WRONG_PIN
        waits.append(check.wait_seconds)
        at += check.wait_seconds * SECOND

    assert waits == [wait_after(failures) for failures in range(1, 13)]


def test_right_pin_during_the_wait_is_refused_and_after_it_accepted(cashier: Staff) -> None:
    for _ in range(3):
        check_pin(staff=cashier, pin=WRONG, at=NOW)

    assert check_pin(staff=cashier, pin=PIN, at=NOW + 29.5 * SECOND) == PinCheck(PinOutcome.LOCKED, wait_seconds=1)
    assert check_pin(staff=cashier, pin=PIN, at=NOW + 30 * SECOND).is_ok


def test_tries_while_locked_do_not_lengthen_the_wait(cashier: Staff) -> None:
    for _ in range(20):
        check_pin(staff=cashier, pin=WRONG, at=NOW)

    assert check_pin(staff=cashier, pin=PIN, at=NOW + 30 * SECOND).is_ok


def test_right_pin_resets_the_count(cashier: Staff) -> None:
    for _ in range(2):
        check_pin(staff=cashier, pin=WRONG, at=NOW)
    assert check_pin(staff=cashier, pin=PIN, at=NOW) == PinCheck(PinOutcome.OK, tries_left=3)

    assert check_pin(staff=cashier, pin=WRONG, at=NOW).tries_left == 2
    cashier.refresh_from_db()
    assert (cashier.pin_failures, cashier.pin_locked_until) == (1, None)


def test_stale_object_gets_no_further_tries(cashier: Staff) -> None:
    stale = Staff.objects.for_merchant(cashier.merchant).get(pk=cashier.pk)
    for _ in range(3):
        check_pin(staff=cashier, pin=WRONG, at=NOW)

    assert check_pin(staff=stale, pin=PIN, at=NOW).outcome is PinOutcome.LOCKED


@pytest.mark.parametrize("pin", ["", "1" * 100_000, "\0", "abcd", PIN + " "])
def test_malformed_pin_counts_as_a_wrong_one(pin: str, cashier: Staff) -> None:
    assert check_pin(staff=cashier, pin=pin, at=NOW) == PinCheck(PinOutcome.WRONG_PIN, tries_left=2)


def test_one_persons_wait_does_not_lock_another(cashier: Staff, manager: Staff) -> None:
    for _ in range(3):
        check_pin(staff=cashier, pin=WRONG, at=NOW)

    assert check_pin(staff=manager, pin=PIN, at=NOW).is_ok


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_role_without_a_place_at_the_counter_is_not_allowed(role: Role, merchant: Merchant) -> None:
    assert check_pin(staff=make_staff(merchant, role), pin=PIN, at=NOW) == PinCheck(PinOutcome.NOT_ALLOWED)


@pytest.mark.parametrize("role", [Role.CASHIER, Role.MANAGER, Role.OWNER])
def test_role_at_the_counter_is_allowed(role: Role, merchant: Merchant) -> None:
    assert check_pin(staff=make_staff(merchant, role), pin=PIN, at=NOW).is_ok


def test_inactive_or_without_a_pin_is_not_allowed(merchant: Merchant) -> None:
    for staff in (make_staff(merchant, is_active=False), make_staff(merchant, pin="")):
        for pin in (PIN, ""):
            assert check_pin(staff=staff, pin=pin, at=NOW) == PinCheck(PinOutcome.NOT_ALLOWED)


def test_check_inside_a_transaction_is_refused_before_it_is_a_free_guess(cashier: Staff) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        check_pin(staff=cashier, pin=WRONG, at=NOW)
