"""Child processes of ``manage.py run``: start them, wait until they serve, notice a death, end them all.

Each child leads a process group of its own, so that Ctrl-C in the terminal reaches only the parent, which then
ends the children in order, and so that nothing a child started can outlive it. What a child prints goes to a log
file; its tail is what a person sees when it dies. Knows nothing of Django, the web or the worker.
Restarts nothing: in production systemd or the container engine does (deploy/).
"""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from threading import Event

#: How often children are looked at; short enough that a death is seen at once by human standards.
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Child:
    """A started process, the name people know it by, and where its output goes."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    def is_running(self) -> bool:
        """Tell whether the process still lives."""
        return self.process.poll() is None

    def tail(self, *, lines: int = 30) -> str:
        """Return the last lines of its output."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Readiness(Enum):
    """How waiting for the children ended."""

    READY = auto()
    DIED = auto()
    TIMED_OUT = auto()
    STOPPED = auto()


def start(name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path) -> Child:
    """Start a child in its own process group, with ``log`` (emptied first) taking all its output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603  # the command is the caller's constant, no person's input
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name=name, log=log, process=process)


def first_dead(children: Sequence[Child]) -> Child | None:
    """Return the first child that has ended, or None."""
    return next((child for child in children if not child.is_running()), None)


def wait_until_ready(
    children: Sequence[Child], *, is_ready: Callable[[], bool], stopping: Event, timeout_seconds: float
) -> Readiness:
    """Ask ``is_ready`` again and again until it agrees, a child dies, ``stopping`` is set or time is up."""
    deadline = time.monotonic() + timeout_seconds
    while not stopping.is_set():
        if first_dead(children) is not None:
            return Readiness.DIED
        if is_ready():
            return Readiness.READY
        if time.monotonic() >= deadline:
            return Readiness.TIMED_OUT
        stopping.wait(POLL_SECONDS)
    return Readiness.STOPPED


def watch(children: Sequence[Child], *, stopping: Event) -> Child | None:
    """Wait until ``stopping`` is set (returns None) or a child ends (returns that child)."""
    while not stopping.wait(POLL_SECONDS):
        dead = first_dead(children)
        if dead is not None:
            return dead
    return None


def stop_all(children: Sequence[Child], *, grace_seconds: float) -> None:
    """End all children: ask each politely, wait up to ``grace_seconds`` for all, kill what is left.

    Only the leader of a group is asked: it knows in which order its own children must end.
    """
    for child in children:
        if child.is_running():
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def answers(*, port: int, path: str, host: str) -> bool:
    """Tell whether a GET of ``path`` on the loopback interface is answered with 200. ``host`` is the header."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
