"""The client: every answer is counted once, and a wrong one is none."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.access import Access, Device
from bench.load import Arrivals, Clock, Job, run


class PongServer(ThreadingHTTPServer):
    """Answers GET with pong and ``status``, one connection for each request, and counts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pong)
        self.hits, self.status = 0, 200


class _Pong(BaseHTTPRequestHandler):
    server: PongServer

    def do_GET(self) -> None:
        self.server.hits += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"pong")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[PongServer]:
    """A running server."""
    found = PongServer()
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture
def access(tmp_path: Path) -> Path:
    """A way in with one of everything."""
    path = tmp_path / "access.json"
    Access(keys=("key",), devices=(Device("a=1", "token"),), numbers=("1", "2")).write(path)
    return path


def _job(server: PongServer, access: Path, **fields: int | float) -> Job:
    values = {"connections": 1, "seconds": 0.5, "warm_up": 0.0, "seed": 1} | fields
    return Job(port=server.server_address[1], access=str(access), scene="ping", **values)  # type: ignore[arg-type]


def test_run_counts_every_answer_once(server: PongServer, access: Path) -> None:
    tally = run(_job(server, access))
    assert tally.total == server.hits >= 1
    assert not tally.errors
    assert tally.body_bytes == 4


def test_run_measures_nothing_during_the_warm_up(server: PongServer, access: Path) -> None:
    tally = run(_job(server, access, seconds=0.0, warm_up=0.5))
    assert tally.total >= 1
    assert tally.latencies_ms == []


def test_run_counts_a_wrong_answer_as_an_error_only(server: PongServer, access: Path) -> None:
    server.status = 503
    tally = run(_job(server, access))
    assert (tally.total, tally.latencies_ms) == (0, [])
    assert tally.errors == {"503 Service Unavailable": server.hits}


def test_run_in_an_open_loop_asks_for_what_is_due_and_no_more(server: PongServer, access: Path) -> None:
    job = _job(server, access, connections=4, rate=40)
    tally = run(job)
    due = Arrivals(job, Clock(job))
    count = sum(1 for _ in iter(due.next_due, None))
    assert tally.total == server.hits == count >= 1


def test_arrivals_are_the_same_for_the_same_seed_and_come_at_the_rate(access: Path) -> None:
    job = Job(port=1, access=str(access), scene="ping", connections=1, seconds=100, warm_up=0, seed=7, rate=50)
    clock = Clock(job)
    first, second = ([*iter(Arrivals(job, clock).next_due, None)] for _ in range(2))
    assert first == second
    assert first == sorted(first)
    assert 4500 <= len(first) <= 5500
