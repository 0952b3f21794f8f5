"""What a run found out, as plain data that goes to ``bench/results.json``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypedDict

from bench.figures import Spread, middle, percentile, spread
from bench.plan import Slot


@dataclass(frozen=True, slots=True)
class Sample:
    """One slot of one repetition. Times in milliseconds; CPU for each award, None where it can't be read.

    ``answers``: good ones in the measured time, ``total``: good ones with the warm-up, which CPU is divided by.
    ``errors``: what went wrong -> how often. ``latencies_ms``: those of ``answers``.
    """

    seconds: float
    answers: int
    total: int
    latencies_ms: tuple[float, ...] = field(repr=False)
    errors: Mapping[str, int] = field(default_factory=dict, hash=False)
    app_cpu_ms: float | None = None
    database_cpu_ms: float | None = None
    client_cpu_ms: float | None = None
    body_bytes: int = 0

    @property
    def rate(self) -> float:
        """Awards a second."""
        return self.answers / self.seconds if self.seconds else 0.0


class SummaryRow(TypedDict):
    """A slot's line in results.json."""

    slot: str
    place: str
    connections: int
    repetitions: int
    rate_median: float
    rate_best: float
    p50_ms: float | None
    p99_ms: float | None
    app_cpu_ms: float | None
    database_cpu_ms: float | None
    client_cpu_ms: float | None
    body_bytes: int
    errors: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """A slot with all its repetitions, in order."""

    slot: Slot
    samples: tuple[Sample, ...]

    @property
    def rates(self) -> list[float]:
        """Awards a second, repetition by repetition."""
        return [sample.rate for sample in self.samples]

    @property
    def rate(self) -> Spread:
        """Median and best rate."""
        return spread(self.rates)

    def latencies(self, percent: float) -> list[float]:
        """Return a percentile of the latency for each repetition; of all together in an open loop, which has few."""
        lists = [sample.latencies_ms for sample in self.samples if sample.latencies_ms]
        if self.slot.rate is not None and lists:
            lists = [tuple(value for values in lists for value in values)]
        return [percentile(values, percent) for values in lists]

    def latency(self, percent: float) -> float | None:
        """Return the median of the repetitions' percentile, in milliseconds."""
        found = self.latencies(percent)
        return median(found) if found else None

    @property
    def app_cpu_ms(self) -> float | None:
        """CPU of the web processes for each award."""
        return middle([sample.app_cpu_ms for sample in self.samples])

    @property
    def database_cpu_ms(self) -> float | None:
        """CPU of the database's processes for each award."""
        return middle([sample.database_cpu_ms for sample in self.samples])

    @property
    def cpu_ms(self) -> float | None:
        """Web and database together; None unless both are known."""
        app, database = self.app_cpu_ms, self.database_cpu_ms
        return None if app is None or database is None else app + database

    @property
    def errors(self) -> dict[str, int]:
        """What went wrong in any repetition."""
        found: dict[str, int] = {}
        for sample in self.samples:
            for what, times in sample.errors.items():
                found[what] = found.get(what, 0) + times
        return found

    def row(self) -> SummaryRow:
        """Return the line for results.json."""
        return SummaryRow(
            slot=self.slot.name,
            place=self.slot.place.value,
            connections=self.slot.connections,
            repetitions=len(self.samples),
            rate_median=round(self.rate.median, 1),
            rate_best=round(self.rate.best, 1),
            p50_ms=rounded(self.latency(50)),
            p99_ms=rounded(self.latency(99)),
            app_cpu_ms=rounded(self.app_cpu_ms),
            database_cpu_ms=rounded(self.database_cpu_ms),
            client_cpu_ms=rounded(middle([sample.client_cpu_ms for sample in self.samples])),
            body_bytes=max((sample.body_bytes for sample in self.samples), default=0),
            errors=self.errors,
        )


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements of one award in steady state, each as verb and table, without BEGIN and COMMIT.

    The counter's award is two requests: the scan, and the page that shows what came of it.
    """

    api: tuple[str, ...]
    scan: tuple[str, ...]
    shown: tuple[str, ...]
    api_bytes: int
    shown_bytes: int

    @property
    def form(self) -> int:
        """Statements of an award at the counter, both requests together."""
        return len(self.scan) + len(self.shown)


@dataclass(frozen=True, slots=True)
class SameCard:
    """What all callers did to one card: answers they got, bookings and stamps that the database has more."""

    answers: int
    bookings: int
    stamps: int

    @property
    def wrong(self) -> int:
        """Awards lost or doubled."""
        return abs(self.answers - self.bookings) + abs(self.bookings - self.stamps)


@dataclass(frozen=True, slots=True)
class Books:
    """Whether a database holds what was answered: good answers, new bookings, and the proof of the ledger."""

    answers: int
    bookings: int
    proof: str

    @property
    def hold(self) -> bool:
        """Tell whether nothing was lost or doubled and every sum and chain is right."""
        return self.answers == self.bookings and self.proof == "holds"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a run measured. ``statements``, ``books``, ``peak_mib`` (of a web process) by place."""

    measured: Mapping[str, Measured] = field(hash=False)
    statements: Mapping[str, Statements] = field(hash=False)
    bare_statements: Mapping[str, int] = field(hash=False)
    books: Mapping[str, Books] = field(hash=False)
    peak_mib: Mapping[str, float] = field(hash=False)
    same_card: SameCard | None
    locked_lines: int = 0
    said: Sequence[str] = ()

    def of(self, name: str, connections: int) -> Measured | None:
        """Return a slot's measurements, if it ran."""
        return self.measured.get(f"{name} x{connections}")

    @property
    def errors(self) -> dict[str, dict[str, int]]:
        """Slots with wrong answers, and what they were."""
        return {key: found.errors for key, found in self.measured.items() if found.errors}


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Round what there is."""
    return None if value is None else round(value, digits)
