"""Interrupts a job that takes too long, by the process's alarm clock.

Works in the main thread of a process, where workers run their jobs; elsewhere there is no limit, because only the
main thread receives signals. An alarm that was set before (RQ sets one) goes on afterwards.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """The time is up. No ``Exception``, so that a handler's own ``except Exception`` can't swallow it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block after ``seconds`` of wall-clock time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLong(f"more than {seconds:g} seconds")

    handler_before = signal.signal(signal.SIGALRM, ring)
    left_before, _interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    started = time.monotonic()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler_before)
        if left_before:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left_before - (time.monotonic() - started)))
