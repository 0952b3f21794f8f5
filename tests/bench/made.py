"""Builders of made-up measurements."""

from collections.abc import Mapping, Sequence

from bench.plan import MANY, Place, Slot
from bench.results import Books, Findings, Measured, SameCard, Sample, Statements


def sample(
    *, rate: float = 100.0, latencies_ms: Sequence[float] = (10.0,), **fields: float | Mapping[str, int]
) -> Sample:
    """Make a sample of one second with this many answers."""
    values = {"seconds": len(latencies_ms) / rate, "answers": len(latencies_ms), "total": len(latencies_ms)}
    return Sample(**(values | {"latencies_ms": tuple(latencies_ms)} | fields))  # type: ignore[arg-type]  # by name


def measured(name: str, *samples: Sample, connections: int = MANY, rate: int | None = None) -> Measured:
    """Make a slot with its samples."""
    place = Place.SQLITE if "SQLite" in name else Place.POSTGRES
    return Measured(Slot(name, place, "api", connections, rate=rate), samples)


def statements(*, api: int = 4, scan: int = 5, shown: int = 2) -> Statements:
    """Make counts of statements."""
    names = [("SELECT t",) * count for count in (api, scan, shown)]
    return Statements(api=names[0], scan=names[1], shown=names[2], api_bytes=900, shown_bytes=9000)


def findings(
    *found: Measured,
    counted: Statements | None = None,
    same_card: SameCard | None = None,
    books: Mapping[str, Books] | None = None,
    locked_lines: int = 0,
) -> Findings:
    """Make findings of these slots."""
    return Findings(
        measured={item.slot.key: item for item in found},
        statements={"postgres": counted} if counted else {},
        bare_statements={"real": 15},
        books=books or {},
        peak_mib={"postgres": 90.4},
        same_card=same_card,
        locked_lines=locked_lines,
    )
