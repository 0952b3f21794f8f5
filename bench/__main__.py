"""``python -m bench``: make everything, measure it in interleaved repetitions, write what came of it, leave nothing.

A full run writes bench/results.json and the table in docs/performance.md. ``--quick`` is a smoke test of the bench
itself, whose rates mean nothing: it prints, and writes bench/run/quick.json only. Exit code 1 when an answer was not
good or the books do not hold; a missed target is no failure. Reads DATABASE_URL (the server; its database is not used).
"""

import argparse
import json
import os
import platform
import signal
import sqlite3
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import django
import psycopg

from bench import campaign
from bench.postgres import NoServer
from bench.results import Findings, rounded
from bench.servers import ROOT, WORKERS
from bench.setting import SCRATCH, made
from bench.table import page, put_between
from bench.targets import Target, judge

RESULTS = ROOT / "bench" / "results.json"
DOCS = ROOT / "docs" / "performance.md"
#: With more than this many processes waiting for a core at the start, others are at work.
QUIET_LOAD = 0.5


def main() -> int:
    """Run as the command line says; return the exit code."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    started, load = datetime.now(UTC), os.getloadavg()[0]
    repetitions, seconds = (1, 1.0) if options.quick else (options.repetitions, options.seconds)
    try:
        with made(database_url=os.environ.get("DATABASE_URL", ""), members=options.members, tell=_tell) as setting:
            server = setting.bench.server.description
            findings = campaign.run(setting, repetitions=repetitions, seconds=seconds, tell=_tell)
    except (NoServer, RuntimeError, psycopg.Error) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    targets = judge(findings)
    conditions = [
        f"Run of {started:%Y-%m-%d %H:%M} UTC: {repetitions} interleaved repetitions of {seconds:g} s for each slot"
        f" (half of it with one caller), {options.members} members; {os.cpu_count()} cores ({_processor()}), everything"
        f" on one machine, loopback.",
        f"Python {platform.python_version()}, Django {django.__version__}, gunicorn with {WORKERS} sync workers;"
        f" {server}; SQLite {sqlite3.sqlite_version}, WAL, synchronous FULL.",
        _quiet(load),
    ]
    text = page(findings=findings, targets=targets, conditions=conditions)
    print(f"\n{text}\n")
    _write(options.quick, started, conditions, findings, targets, text)
    good = not findings.errors and all(books.hold for books in findings.books.values())
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product beside its limits.")
    parser.add_argument(
        "--quick", action="store_true", help="one repetition of a second: checks the bench, not the rates"
    )
    parser.add_argument("--members", type=int, help="members with a card each, to 100000 (default 2000; quick: 200)")
    parser.add_argument("--repetitions", type=int, default=3, help="interleaved repetitions (default 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each slot of a repetition (default 4)")
    options = parser.parse_args()
    if options.members is None:
        options.members = 200 if options.quick else 2_000
    if not 10 <= options.members <= 100_000 or options.repetitions < 1 or options.seconds <= 0:
        parser.error("members must lie between 10 and 100000, repetitions and seconds above 0")
    return options


def _write(
    quick: bool,
    started: datetime,
    conditions: list[str],
    findings: Findings,
    targets: list[Target],
    text: str,
) -> None:
    """Write the results, and the page unless this was a smoke test."""
    content = {
        "started": started.isoformat(timespec="seconds"),
        "conditions": conditions,
        "targets": [
            asdict(target)
            | {
                "measured": rounded(target.measured),
                "must_verdict": target.verdict(target.must),
                "ambitious_verdict": target.verdict(target.ambitious),
            }
            for target in targets
        ],
        "measured": [found.row() for found in findings.measured.values()],
        "statements": {place: asdict(found) for place, found in findings.statements.items()},
        "bare_statements": dict(findings.bare_statements),
        "books": {place: asdict(found) for place, found in findings.books.items()},
        "same_card": asdict(findings.same_card) if findings.same_card else None,
        "peak_mib": dict(findings.peak_mib),
    }
    path = SCRATCH / "quick.json" if quick else RESULTS
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not quick:
        DOCS.write_text(put_between(DOCS.read_text(encoding="utf-8"), text), encoding="utf-8")
    print(f"written: {path.relative_to(ROOT)}{'' if quick else f', {DOCS.relative_to(ROOT)}'}")


def _quiet(load: float) -> str:
    """Say whether others were at work when the run began."""
    cores = os.cpu_count() or 1
    if load <= QUIET_LOAD * cores:
        return f"The machine was quiet (load {load:.1f} at the start)."
    return (
        f"**The machine was busy with other work (load {load:.1f} on {cores} cores at the start): absolute rates and"
        f" latencies are too low and too high; compare ratios and CPU.**"
    )


def _processor() -> str:
    """Return the processor's name, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def _end(_number: int, _frame: object) -> None:
    """Turn SIGTERM into an orderly exit, so that servers stop and databases go."""
    raise SystemExit(143)


if __name__ == "__main__":
    raise SystemExit(main())
