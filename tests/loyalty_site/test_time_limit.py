"""The alarm clock: rings in time, leaves no trace, and gives way to the one that was set before."""

import os
import signal
import threading

import pytest

from loyalty_site.time_limit import TookTooLong, time_limit


def wait_for_ever() -> None:
    read, _write = os.pipe()
    os.read(read, 1)


def test_block_that_takes_too_long_is_interrupted_through_except_exception() -> None:
    with pytest.raises(TookTooLong), time_limit(0.05):
        try:
            wait_for_ever()
        except Exception:
            pytest.fail("an ordinary except caught it")


def test_block_that_ends_in_time_leaves_no_alarm_and_the_old_handler() -> None:
    before = signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 0)  # the test's own time-out uses the same clock
    with time_limit(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_alarm_that_was_set_before_goes_on_afterwards() -> None:
    def outer_rings(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, outer_rings)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with time_limit(60):
            pass
        with pytest.raises(TimeoutError):
            wait_for_ever()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_block_in_another_thread_runs_without_a_limit() -> None:
    ran: list[bool] = []

    def run() -> None:
        with time_limit(0.001):
            ran.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ran == [True]
