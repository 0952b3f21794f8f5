"""The limit: a minimal award by pgbench, PostgreSQL's own client written in C, on tables of its own.

An award here is one idempotency key, one balance and one ledger row with two secondary indexes, in five round trips
with prepared statements: what a program could do at best that talks to the database as ours does.
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.processes import cpu_of

SCRIPT = """\\set card random(1, :members)
\\set points random(1, 20)
BEGIN;
INSERT INTO limit_key (key, card_id) VALUES (gen_random_uuid(), :card);
UPDATE limit_balance SET points = points + :points WHERE card_id = :card;
INSERT INTO limit_ledger (card_id, points, at) VALUES (:card, :points, now());
COMMIT;
"""
_TABLES = """
CREATE TABLE limit_key (key uuid PRIMARY KEY, card_id bigint NOT NULL);
CREATE TABLE limit_balance (card_id bigint PRIMARY KEY, points bigint NOT NULL);
CREATE TABLE limit_ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, card_id bigint NOT NULL, points bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX limit_ledger_card ON limit_ledger (card_id, at);
CREATE INDEX limit_ledger_at ON limit_ledger (at);
INSERT INTO limit_balance SELECT n, 0 FROM generate_series(1, {members}) AS n;
"""
_EVERY_SECONDS = 0.05
_FIGURES = {
    "tps": re.compile(r"^tps = ([\d.]+)", re.MULTILINE),
    "count": re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE),
    "failed": re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What pgbench said, and the latencies from its log. ``cpu_seconds``: of its backends; None where unreadable."""

    rate: float
    count: int
    failed: int
    latencies_ms: tuple[float, ...]
    cpu_seconds: float | None


def program() -> str | None:
    """Return the path of pgbench, or None: on Debian it comes with the postgresql package."""
    found = shutil.which("pgbench")
    beside = sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return found or (beside[-1] if beside else None)


def make_tables(url: str, *, members: int) -> None:
    """Write the tables with so many balances into an empty database."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(_TABLES.format(members=int(members)).encode())
        link.execute("VACUUM ANALYZE")


def run(
    *,
    path: str,
    url: str,
    folder: Path,
    members: int,
    clients: int,
    seconds: float,
    backends: Callable[[], list[int]],
) -> Answer:
    """Run the award for (whole) seconds; ``backends`` tells the pids of the database's server processes."""
    (folder / "award.sql").write_text(SCRIPT, encoding="ascii")
    logs = folder / "pgbench-log"
    command = [path, "--no-vacuum", "--protocol", "prepared", "--client", str(clients), "--jobs", str(min(clients, 2))]
    command += ["--time", str(max(1, round(seconds))), "--file", "award.sql", "--define", f"members={members}"]
    command += ["--log", "--log-prefix", str(logs)]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    cpu = _watch(process, backends, clients)
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"pgbench failed:\n{output}")
    return parse(output, latencies_ms=_latencies(folder, logs.name), cpu_seconds=cpu)


def parse(output: str, *, latencies_ms: tuple[float, ...], cpu_seconds: float | None) -> Answer:
    """Read pgbench's report.

    Raises:
        ValueError: it is none.
    """
    found = {name: pattern.search(output) for name, pattern in _FIGURES.items()}
    tps, count = found["tps"], found["count"]
    if tps is None or count is None:
        raise ValueError(f"not a report of pgbench: {output[:200]!r}")
    failed = int(found["failed"].group(1)) if found["failed"] else 0
    return Answer(float(tps.group(1)), int(count.group(1)), failed, latencies_ms, cpu_seconds)


def environment(url: str) -> Mapping[str, str]:
    """Return a database's address as libpq's programs read it: a password on a command line is seen by everybody."""
    names = {"user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE"}
    found = psycopg.conninfo.conninfo_to_dict(url)
    return {names[key]: str(value) for key, value in found.items() if key in names and value is not None}


def _watch(process: subprocess.Popen[str], backends: Callable[[], list[int]], clients: int) -> float | None:
    """Read the backends' CPU again and again, for they end with pgbench; the last moments are missed."""
    seen: dict[int, float] = {}
    known: list[int] = []
    pause = threading.Event()
    while process.poll() is None:
        # Only until all are there: asking costs the server something, reading /proc does not.
        if len(known) < clients:
            known = backends()
        seen |= cpu_of(known)
        pause.wait(_EVERY_SECONDS)
    return sum(seen.values()) if seen else None


def _latencies(folder: Path, prefix: str) -> tuple[float, ...]:
    """Read latencies (third field, microseconds) from the transaction logs, which go."""
    found = []
    for log in folder.glob(f"{prefix}.*"):
        with log.open(encoding="ascii") as lines:
            # A failed transaction has a word there.
            found += [int(text) / 1000 for line in lines if (text := line.split()[2]).isdecimal()]
        log.unlink()
    return tuple(found)
