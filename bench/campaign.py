"""The run itself: interleaved repetitions of every slot, and whether the books hold afterwards."""

import json
from collections.abc import Callable

from bench import servers
from bench.measure import sample
from bench.plan import MANY, SAME_CARD, Place, Slot, slots
from bench.results import Books, Findings, Measured, SameCard, Sample
from bench.setting import PRODUCTS, Setting

#: Before anything is measured: every worker loads its code, templates, rules and connections.
WARM_UP_SECONDS = 1.5
Tell = Callable[[str], None]


class Tally:
    """Good answers so far, by place, and those on the shared card."""

    def __init__(self) -> None:
        self.answers = dict.fromkeys(PRODUCTS, 0)
        self.same = 0

    def add(self, slot: Slot, found: Sample) -> None:
        """Count a sample, if it booked in the product."""
        if slot.place in self.answers:
            self.answers[slot.place] += found.total
        if slot.scene == "same":
            self.same += found.total


def run(setting: Setting, *, repetitions: int, seconds: float, tell: Tell) -> Findings:
    """Measure everything ``repetitions`` times; each slot takes ``seconds`` times its share."""
    tally = Tally()
    before = {place: _held(setting, place) for place in PRODUCTS}
    _warm_up(setting, tally, tell)
    samples: dict[str, list[Sample]] = {slot.key: [] for slot in slots()}
    for repetition in range(1, repetitions + 1):
        for slot in slots():
            found = sample(setting.bench, slot, seconds=seconds, seed=repetition)
            if found is not None:
                samples[slot.key].append(found)
                tally.add(slot, found)
                tell(_line(slot, found, repetition, repetitions))
    tell("proving the books")
    after = {place: _held(setting, place, "--prove") for place in PRODUCTS}
    return Findings(
        measured={slot.key: Measured(slot, tuple(samples[slot.key])) for slot in slots() if samples[slot.key]},
        statements=setting.statements,
        bare_statements=setting.bare_statements,
        books={
            place.value: Books(
                answers=tally.answers[place],
                bookings=int(after[place]["bookings"]) - int(before[place]["bookings"]),
                proof=str(after[place]["proof"]),
            )
            for place in PRODUCTS
        },
        peak_mib=_peaks(setting),
        same_card=SameCard(
            answers=tally.same,
            bookings=_more(before, after, "same_bookings"),
            stamps=_more(before, after, "same_stamps"),
        ),
        locked_lines=_locked(setting),
        said=[]
        if setting.bench.pgbench_program
        else ["pgbench is not installed (Debian: postgresql); it was left out."],
    )


def _warm_up(setting: Setting, tally: Tally, tell: Tell) -> None:
    """Ask for each scene for a while without measuring; what was booked counts for the books."""
    tell("warming up")
    for slot in slots():
        if slot.connections == MANY and slot.place is not Place.PGBENCH and slot != SAME_CARD:
            found = sample(setting.bench, slot, seconds=WARM_UP_SECONDS, seed=0, warm_up=0)
            if found is not None:
                tally.add(slot, found)


def _held(setting: Setting, place: Place, *options: str) -> dict[str, int | str]:
    """Ask the product's database what it holds."""
    access = str(setting.bench.stands[place].access)
    told = servers.call("bench.inside", "bench.bookkeeping", access, *options, environment=setting.environments[place])
    found: dict[str, int | str] = json.loads(told)
    return found


def _more(before: dict[Place, dict[str, int | str]], after: dict[Place, dict[str, int | str]], name: str) -> int:
    """Return by how much PostgreSQL's figure has grown: only there do all callers share a card."""
    return int(after[Place.POSTGRES][name]) - int(before[Place.POSTGRES][name])


def _peaks(setting: Setting) -> dict[str, float]:
    peaks = {place.value: stand.web.peak_mib() for place, stand in setting.bench.stands.items()}
    return {place: round(peak, 1) for place, peak in peaks.items() if peak is not None}


def _locked(setting: Setting) -> int:
    """Count how often SQLite gave up waiting for another writer, as the server logged it."""
    log = setting.bench.stands[Place.SQLITE].web.log
    return log.read_text(encoding="utf-8", errors="replace").count("database is locked")


def _line(slot: Slot, found: Sample, repetition: int, repetitions: int) -> str:
    errors = f"  ERRORS {dict(found.errors)}" if found.errors else ""
    return f"{repetition}/{repetitions}  {slot.key:32} {found.rate:8.1f}/s{errors}"
