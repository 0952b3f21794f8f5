"""Handlers for the tests of the outbox: they note what they did where a test can look, also across processes.

``installed`` puts them into the list of jobs for the length of a test.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from loyalty_site import fault_points, jobs
from members.models import Merchant

logger = logging.getLogger(__name__)
HERE = __name__
#: A constant, because a traceback quotes the line that raises.
COMPLAINT = "no answer for anna@example.org, +49 176 1234567, order 384920\nDETAIL: Key (name)=(Anna)"
#: What ``note`` was called with, in this process.
noted: list[tuple[str, datetime, dict[str, Any]]] = []  # Any: arguments as stored in JSON
#: A test sets one to make two workers meet inside the handler.
meeting: list[Barrier] = []


class ProviderDown(RuntimeError):
    """What a channel raises when its provider does not answer."""


def note(*, merchant: Merchant, at: datetime, **arguments: Any) -> None:  # Any: see above
    """Remember the call; meet another worker if one is expected."""
    noted.append((merchant.slug, at, arguments))
    for barrier in meeting:
        barrier.wait(timeout=10)


def fail(*, merchant: Merchant, at: datetime) -> None:
    """Fail as a provider or a database does: with contacts in the message."""
    raise ProviderDown(COMPLAINT)


def leave_context(*, merchant: Merchant, at: datetime) -> None:
    """Log a line, to see what it carries."""
    logger.warning("inside the handler")


def sleep_long(*, merchant: Merchant, at: datetime) -> None:
    """Wait for a signal that never comes, swallowing every ordinary exception."""
    read, _write = os.pipe()
    try:
        os.read(read, 1)
    except Exception:
        logger.exception("swallowed")


def send(*, merchant: Merchant, at: datetime, message: str) -> None:
    """Hand a message to a provider that knows its id and sends it once, however often it is handed over."""
    provider = Path(os.environ["VAR_DIR"]) / "provider"
    known = provider.read_text().splitlines() if provider.exists() else []
    if message not in known:
        provider.write_text("\n".join([*known, message]))
    fault_points.reach("after_send")


def linger(*, merchant: Merchant, at: datetime) -> None:
    """Say that it began, and wait for the test to say that it may end."""
    (Path(os.environ["VAR_DIR"]) / "gate").read_text()


KINDS = {name: jobs.JobKind(f"{HERE}.{name}") for name in ("note", "fail", "leave_context", "send", "linger")} | {
    "sleep_long": jobs.JobKind(f"{HERE}.sleep_long", seconds=1),
    "nowhere": jobs.JobKind(f"{HERE}.nowhere"),
}


@contextmanager
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add the handlers to the list of jobs; forget what was noted."""
    noted.clear()
    meeting.clear()
    for name, kind in KINDS.items():
        monkeypatch.setitem(jobs.KINDS, name, kind)
    yield
