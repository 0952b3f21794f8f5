"""The targets of the award, and whether a run met them. Pure.

"Must" is clearly better than the peer; "ambitious" was shown to be reachable. The peer, pretix, is not installed
here: its rates are derived from this run's bare ``cte`` and ``real``, which were once measured beside it on one
machine (its check-in redeem: 18.5 times slower than ``cte``, 4.5 times slower than ``real``). Both are used, by their
mean, and called derived wherever they show.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.figures import ratio
from bench.plan import MANY, OPEN_CALLERS, Place
from bench.results import Findings, Measured

#: Published: so many times the rate of pretix's check-in redeem, 8 connections.
CTE_TO_REDEEM = 18.5
REAL_TO_REDEEM = 4.5
#: Published: pretix's gift card transaction in redeems.
GIFT_CARD_TO_REDEEM = 3.0
#: Published median latencies with one connection, ms; redeem: the middle of 33 to 53.
REDEEM_P50, CTE_P50, REAL_P50 = 43.0, 1.85, 9.6

_COMPARE = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the list: a measured value (None = not measured) against two bounds, either of which may lack."""

    what: str
    sign: str
    must: float | None
    ambitious: float | None
    measured: float | None
    unit: str = ""
    note: str = ""

    def verdict(self, bound: float | None) -> str:
        """Return met, missed, not measured, or nothing where there is no bound."""
        if bound is None:
            return ""
        if self.measured is None:
            return "not measured"
        return "met" if _COMPARE[self.sign](self.measured, bound) else "missed"


def redeem_rates(findings: Findings) -> list[float]:
    """Return the derived rate of pretix's redeem, repetition by repetition."""
    cte, real = findings.of("bare cte", MANY), findings.of("bare real", MANY)
    if cte is None or real is None:
        return []
    return [fmean((c / CTE_TO_REDEEM, r / REAL_TO_REDEEM)) for c, r in zip(cte.rates, real.rates, strict=False)]


def redeem_p50s(findings: Findings) -> list[float]:
    """Return the derived median latency of pretix's redeem with one caller, in ms, repetition by repetition."""
    cte, real = findings.of("bare cte", 1), findings.of("bare real", 1)
    if cte is None or real is None:
        return []
    pairs = zip(cte.latencies(50), real.latencies(50), strict=False)
    return [fmean((c * REDEEM_P50 / CTE_P50, r * REDEEM_P50 / REAL_P50)) for c, r in pairs]


def judge(findings: Findings) -> list[Target]:
    """Return every target with what this run measured."""
    return [
        *_json(findings),
        *_form(findings),
        *_statements(findings),
        *_latency(findings),
        *_same_card(findings),
        *_sqlite(findings),
    ]


def _json(findings: Findings) -> list[Target]:
    award, redeem = findings.of("award JSON", MANY), redeem_rates(findings)
    gift = [rate * GIFT_CARD_TO_REDEEM for rate in redeem]
    of, derived = "Award, JSON, 8 callers: rate ÷ ", "derived"
    return [
        Target(of + "pretix redeem", "≥", 4, 12, _share(award, redeem), note=derived),
        Target(of + "pretix gift card", "≥", 1.3, None, _share(award, gift), note=derived),
        Target(of + "bare real", "≥", 1.0, None, _against(findings, award, "bare real")),
        Target(of + "pgbench award", "≥", None, 0.10, _against(findings, award, "pgbench award")),
        Target(of + "bare cte", "≥", None, 0.6, _against(findings, award, "bare cte")),
        Target("Award, JSON: CPU, web and PostgreSQL", "≤", None, 3, _cpu(award), "ms"),
    ]


def _form(findings: Findings) -> list[Target]:
    award = findings.of("award form", MANY)
    of = "Award, form, 8 callers: rate ÷ "
    return [
        Target(of + "pretix redeem", "≥", 3, 6, _share(award, redeem_rates(findings)), note="derived"),
        Target(of + "bare form", "≥", 1.0, None, _against(findings, award, "bare form")),
        Target(of + "pgbench award", "≥", None, 0.05, _against(findings, award, "pgbench award")),
        Target("Award, form: CPU, web and PostgreSQL", "≤", None, 6, _cpu(award), "ms"),
    ]


def _statements(findings: Findings) -> list[Target]:
    found = findings.statements.get(Place.POSTGRES)
    note = f"scan {len(found.scan)}, result page {len(found.shown)}" if found else ""
    return [
        Target("Statements of an award, JSON", "≤", 12, 4, float(len(found.api)) if found else None),
        Target("Statements of an award, form", "≤", 15, 7, float(found.form) if found else None, note=note),
    ]


def _latency(findings: Findings) -> list[Target]:
    redeem = redeem_p50s(findings)
    targets = []
    for name, fast in (("JSON", 3.0), ("form", 7.0)):
        alone, many = findings.of(f"award {name}", 1), findings.of(f"award {name}", MANY)
        halves = alone.latencies(50) if alone else []
        tail = ratio(many.latencies(99), many.latencies(50)) if many else None
        targets += [
            Target(f"p50, 1 caller, {name} ÷ pretix redeem", "≤", 0.35, None, ratio(halves, redeem), note="derived"),
            Target(f"p50, 1 caller, {name}", "≤", None, fast, _at(alone, 50), "ms"),
            Target(f"p99 ÷ p50, 8 callers, {name}", "≤", 3.5, 2.8, tail),
        ]
    for name, must, ambitious in (("JSON", None, 15.0), ("form", 60.0, 25.0)):
        waiting = findings.of(f"award {name}, open loop", OPEN_CALLERS)
        targets.append(Target(f"p99, open loop at 50/s, {name}", "≤", must, ambitious, _at(waiting, 99), "ms"))
    return targets


def _same_card(findings: Findings) -> list[Target]:
    same, apart = findings.of("award JSON, same card", MANY), findings.of("award JSON", MANY)
    tail = ratio(same.latencies(99), apart.latencies(99)) if same and apart else None
    kept = findings.same_card
    note = f"{kept.answers} answers, {kept.bookings} bookings, {kept.stamps} stamps" if kept else ""
    return [
        Target("Same card, 8 callers: p99 ÷ p99 of distinct cards", "≤", 3, 2, tail),
        Target(
            "Same card, 8 callers: awards lost or doubled", "≤", 0, 0, float(kept.wrong) if kept else None, note=note
        ),
    ]


def _sqlite(findings: Findings) -> list[Target]:
    targets = []
    for name in ("JSON", "form"):
        embedded, own = findings.of(f"award {name}, SQLite", MANY), findings.of(f"award {name}", MANY)
        share = _share(embedded, own.rates) if own else None
        targets += [
            Target(f"SQLite (FULL), {name}, 8 callers: rate ÷ own PostgreSQL", "≥", 1.0, 1.3, share),
            Target(f"SQLite (FULL), {name}, 8 callers: p99", "≤", None, 60, _at(embedded, 99), "ms"),
        ]
    ran = any(found.slot.place is Place.SQLITE for found in findings.measured.values())
    locked = float(findings.locked_lines) if ran else None
    targets.append(Target("SQLite (FULL): “database is locked”", "≤", 0, 0, locked, "times"))
    return targets


def _cpu(found: Measured | None) -> float | None:
    return found.cpu_ms if found else None


def _at(found: Measured | None, percent: float) -> float | None:
    return found.latency(percent) if found else None


def _share(top: Measured | None, bottoms: Sequence[float]) -> float | None:
    return ratio(top.rates, bottoms) if top else None


def _against(findings: Findings, top: Measured | None, name: str) -> float | None:
    other = findings.of(name, MANY)
    return _share(top, other.rates) if other else None
