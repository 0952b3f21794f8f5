"""The client, a process of its own: ``python -m bench.load`` reads a job from stdin and writes what came of it.

Closed loop: each caller, a thread, asks again as soon as it was answered. Open loop: requests are due at random
moments (Poisson), whoever is free takes the next one, and latency counts from when it was due: a server that stalls
can't hide it by being asked less. All callers share one Python; its CPU is told, so that nobody takes it for the
server's. A connection is used again where the server keeps it open; gunicorn's sync workers close each.
"""

import json
import random
import resource
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import accumulate
from pathlib import Path

from bench.access import Access
from bench.scenes import Caller, Unexpected, Unit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Job:
    """What to do. ``seconds`` are measured, after ``warm_up`` seconds that are not; ``rate`` as in ``plan.Slot``."""

    port: int
    access: str
    scene: str
    connections: int
    seconds: float
    warm_up: float
    seed: int
    rate: int | None = None


@dataclass(slots=True)
class Tally:
    """What came of it. ``latencies_ms``: of good answers that were asked for (or due) in the measured time."""

    seconds: float = 0.0
    total: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    body_bytes: int = 0


class Clock:
    """Begin and end of the measured time, the same for all callers."""

    def __init__(self, job: Job) -> None:
        self.started = time.perf_counter()
        self.begin = self.started + job.warm_up
        self.end = self.begin + job.seconds


class Arrivals:
    """Moments at which requests are due, each handed out once."""

    def __init__(self, job: Job, clock: Clock) -> None:
        assert job.rate is not None
        rng = random.Random(job.seed)
        count = int(job.rate * (job.seconds + job.warm_up) * 2) + 10
        moments = accumulate((rng.expovariate(job.rate) for _ in range(count)), initial=clock.started)
        self._due = iter([moment for moment in moments if moment < clock.end])
        self._lock = threading.Lock()

    def next_due(self) -> float | None:
        """Return the next moment, or None when there are no more."""
        with self._lock:
            return next(self._due, None)


def run(job: Job) -> Tally:
    """Do the job and return what came of it."""
    access, clock, tally = Access.read(Path(job.access)), Clock(job), Tally()
    arrivals = Arrivals(job, clock) if job.rate is not None else None
    lock = threading.Lock()
    begun = resource.getrusage(resource.RUSAGE_SELF)

    def work(number: int) -> None:
        mine = _one_caller(job, Caller(access, number=number, seed=job.seed).unit(job.scene), clock, arrivals)
        with lock:
            tally.total += mine.total
            tally.latencies_ms += mine.latencies_ms
            tally.errors += mine.errors
            tally.body_bytes = max(tally.body_bytes, mine.body_bytes)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(job.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = resource.getrusage(resource.RUSAGE_SELF)
    tally.cpu_seconds = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    tally.seconds = job.seconds
    return tally


def _one_caller(job: Job, unit: Unit, clock: Clock, arrivals: Arrivals | None) -> Tally:
    """Ask until the time is over; what was begun is waited for, so that every booking is counted."""
    mine, link = Tally(), HTTPConnection("127.0.0.1", job.port, timeout=TIMEOUT_SECONDS)
    while (asked := _wait(arrivals)) is not None and asked < clock.end:
        try:
            size = unit(link)
        except (Unexpected, OSError, HTTPException) as problem:
            mine.errors[str(problem) or type(problem).__name__] += 1
            link.close()
            continue
        answered = time.perf_counter()
        mine.total += 1
        mine.body_bytes = max(mine.body_bytes, size)
        # In a closed loop the rate is that of answers within the time, whenever they were asked for.
        if (clock.begin <= answered < clock.end) if arrivals is None else (clock.begin <= asked):
            mine.latencies_ms.append((answered - asked) * 1000)
    link.close()
    return mine


def _wait(arrivals: Arrivals | None) -> float | None:
    """Return the moment that the next request counts from: now, or when it is due, which is waited for."""
    if arrivals is None:
        return time.perf_counter()
    due = arrivals.next_due()
    if due is not None and (left := due - time.perf_counter()) > 0:
        time.sleep(left)
    return due


if __name__ == "__main__":
    json.dump(asdict(run(Job(**json.load(sys.stdin)))), sys.stdout)
