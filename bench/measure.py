"""Runs one slot and reads, before and after it, what the processes behind it have used."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypedDict

from bench import pgbench
from bench.load import Job
from bench.plan import Place, Slot
from bench.postgres import Server
from bench.processes import cpu_of, spent
from bench.results import Sample
from bench.servers import ROOT, Web

#: Not measured at the start of each slot: caches and connections find themselves again.
WARM_UP_SECONDS = 0.3


class Told(TypedDict):
    """What the client prints: see ``load.Tally``."""

    seconds: float
    total: int
    latencies_ms: list[float]
    errors: dict[str, int]
    cpu_seconds: float
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands behind a place. ``database``: its name on the server; empty for SQLite, whose CPU is the web's."""

    web: Web
    access: Path
    database: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """All places of a run, and the folder it scratches in."""

    server: Server
    stands: Mapping[Place, Stand] = field(hash=False)
    folder: Path
    members: int
    pgbench_database: str
    pgbench_program: str | None


def sample(bench: Bench, slot: Slot, *, seconds: float, seed: int, warm_up: float = WARM_UP_SECONDS) -> Sample | None:
    """Run a slot for ``seconds`` times its share; None where its program is not installed."""
    if slot.place is Place.PGBENCH:
        return _pgbench(bench, slot, seconds=seconds * slot.share)
    stand = bench.stands[slot.place]
    job = Job(
        port=stand.web.port,
        access=str(stand.access),
        scene=slot.scene,
        connections=slot.connections,
        seconds=seconds * slot.share,
        warm_up=warm_up,
        seed=seed,
        rate=slot.rate,
    )
    web, database = stand.web.cpu(), _database_cpu(bench, stand)
    told = _client(job)
    web_after, database_after = stand.web.cpu(), _database_cpu(bench, stand)
    total, latencies = told["total"], tuple(told["latencies_ms"])

    def for_each(cpu: float | None) -> float | None:
        return cpu * 1000 / total if cpu is not None and total else None

    return Sample(
        seconds=told["seconds"],
        answers=len(latencies),
        total=total,
        latencies_ms=latencies,
        errors=told["errors"],
        app_cpu_ms=for_each(spent(web, web_after)),
        database_cpu_ms=for_each(spent(database, database_after)) if stand.database else 0.0,
        client_cpu_ms=for_each(told["cpu_seconds"]),
        body_bytes=told["body_bytes"],
    )


def _client(job: Job) -> Told:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the client failed:\n{done.stderr[-3000:]}")
    told: Told = json.loads(done.stdout)
    return told


def _database_cpu(bench: Bench, stand: Stand) -> dict[int, float]:
    return cpu_of(bench.server.backends(stand.database)) if stand.database else {}


def _pgbench(bench: Bench, slot: Slot, *, seconds: float) -> Sample | None:
    if bench.pgbench_program is None:
        return None
    answer = pgbench.run(
        path=bench.pgbench_program,
        url=bench.server.url_of(bench.pgbench_database),
        folder=bench.folder,
        members=bench.members,
        clients=slot.connections,
        seconds=seconds,
        backends=lambda: bench.server.backends(bench.pgbench_database),
    )
    cpu = answer.cpu_seconds
    return Sample(
        seconds=answer.count / answer.rate,
        answers=answer.count,
        total=answer.count,
        latencies_ms=answer.latencies_ms,
        errors={"failed transactions": answer.failed} if answer.failed else {},
        database_cpu_ms=cpu * 1000 / answer.count if cpu is not None and answer.count else None,
    )
