"""Starting, watching and ending child processes, with small real processes."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from loyalty_site.management import supervise

#: Ignores SIGTERM, starts a grandchild in the same group, says so, and waits for ever.
STUBBORN = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "other = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
    "print(other.pid, flush=True)\n"
    "signal.pause()\n"
)
POLITE = (
    "import signal, sys\n"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye', flush=True) or 0))\n"
    "print('up', flush=True)\n"
    "while True: signal.pause()\n"
)


@pytest.fixture
def children() -> Iterator[list[supervise.Child]]:
    """Collect what a test starts, and end it whatever happens."""
    started: list[supervise.Child] = []
    yield started
    supervise.stop_all(started, grace_seconds=0)


def begin(children: list[supervise.Child], folder: Path, program: str, name: str = "child") -> supervise.Child:
    command = [sys.executable, "-c", program]
    child = supervise.start(name, command, log=folder / "log" / f"{name}.log", env=os.environ, cwd=folder)
    children.append(child)
    return child


def wait_for_output(child: supervise.Child) -> None:
    """Return when the child has printed something."""
    outcome = supervise.wait_until_ready(
        [child], is_ready=lambda: child.tail() != "", stopping=Event(), timeout_seconds=20
    )
    assert outcome is supervise.Readiness.READY


def has_ended(handle: int) -> bool:
    """Tell whether the process behind a pidfd ends within 20 seconds; the kernel reports it as readable."""
    return select.select([handle], [], [], 20)[0] == [handle]


def test_child_started_leads_its_own_group(children: list[supervise.Child], tmp_path: Path) -> None:
    child = begin(children, tmp_path, POLITE)
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgid(0)


def test_child_log_is_emptied_at_each_start(children: list[supervise.Child], tmp_path: Path) -> None:
    for word in ("first", "second"):
        child = begin(children, tmp_path, f"print('{word}')")
        child.process.wait()
    assert child.tail() == "second"


def test_tail_gives_only_the_last_lines(children: list[supervise.Child], tmp_path: Path) -> None:
    child = begin(children, tmp_path, "print(*range(100), sep='\\n')")
    child.process.wait()
    assert child.tail(lines=2) == "98\n99"


def test_polite_child_stopped_ends_by_itself(children: list[supervise.Child], tmp_path: Path) -> None:
    child = begin(children, tmp_path, POLITE)
    wait_for_output(child)
    supervise.stop_all(children, grace_seconds=20)
    assert child.process.returncode == 0
    assert child.tail() == "up\nbye"


def test_stubborn_child_stopped_is_killed_with_its_group(children: list[supervise.Child], tmp_path: Path) -> None:
    child = begin(children, tmp_path, STUBBORN)
    wait_for_output(child)
    grandchild = os.pidfd_open(int(child.tail()))
    assert select.select([grandchild], [], [], 0)[0] == []
    supervise.stop_all(children, grace_seconds=0)
    assert child.process.returncode == -signal.SIGKILL
    assert has_ended(grandchild)
    os.close(grandchild)


def test_wait_until_ready_with_a_dead_child_says_died(children: list[supervise.Child], tmp_path: Path) -> None:
    child = begin(children, tmp_path, "raise SystemExit(3)")
    child.process.wait()
    outcome = supervise.wait_until_ready(children, is_ready=lambda: True, stopping=Event(), timeout_seconds=20)
    assert outcome is supervise.Readiness.DIED
    assert supervise.first_dead(children) is child


def test_wait_until_ready_without_an_answer_times_out(children: list[supervise.Child], tmp_path: Path) -> None:
    begin(children, tmp_path, POLITE)
    outcome = supervise.wait_until_ready(children, is_ready=lambda: False, stopping=Event(), timeout_seconds=0)
    assert outcome is supervise.Readiness.TIMED_OUT


def test_wait_until_ready_when_stopping_does_not_ask(children: list[supervise.Child], tmp_path: Path) -> None:
    stopping, asked = Event(), Event()
    stopping.set()

    def ask() -> bool:
        asked.set()
        return True

    outcome = supervise.wait_until_ready(children, is_ready=ask, stopping=stopping, timeout_seconds=20)
    assert outcome is supervise.Readiness.STOPPED
    assert not asked.is_set()


def test_watch_returns_the_child_that_died(children: list[supervise.Child], tmp_path: Path) -> None:
    begin(children, tmp_path, POLITE, "web")
    dying = begin(children, tmp_path, "raise SystemExit(3)", "worker")
    assert supervise.watch(children, stopping=Event()) is dying


def test_watch_when_stopping_returns_nothing() -> None:
    stopping = Event()
    stopping.set()
    assert supervise.watch([], stopping=stopping) is None


def test_answers_when_nobody_listens_is_false(unused_port: int) -> None:
    assert not supervise.answers(port=unused_port, path="/readyz", host="127.0.0.1")
