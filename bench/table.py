"""Findings as text: Markdown for docs/performance.md, which reads well on a terminal too. Pure."""

from collections.abc import Iterable, Sequence

from bench.plan import MANY
from bench.results import Findings, Measured
from bench.targets import Target

BEGIN = "<!-- bench:begin (written by make bench, changes are lost) -->"
END = "<!-- bench:end -->"


def put_between(text: str, block: str) -> str:
    """Return ``text`` with ``block`` between the two markers.

    Raises:
        ValueError: the markers are not there once each, in order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise ValueError("the page lacks the two markers that the table goes between")
    return f"{before}{BEGIN}\n{block.strip()}\n{END}{after}"


def page(*, findings: Findings, targets: Sequence[Target], conditions: Sequence[str]) -> str:
    """Return everything that a run has to say."""
    parts = [
        "\n".join(conditions),
        "### Targets\n\n" + target_table(targets),
        "### Measured\n\n" + measured_table(findings),
        "### Counted\n\n" + "\n".join(f"- {line}" for line in counted(findings)),
    ]
    wrong = findings.errors
    if wrong:
        lines = [f"- {key}: {', '.join(f'{what} ({n})' for what, n in found.items())}" for key, found in wrong.items()]
        parts.insert(1, "**Not all answers were good; the rates below are of those that were:**\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def target_table(targets: Iterable[Target]) -> str:
    """Return the verdicts: one line for each bound that a run is held to."""
    rows = [
        (
            target.what,
            _bound(target, target.must),
            _bound(target, target.ambitious),
            _measured(target),
        )
        for target in targets
    ]
    return _table(("target", "must", "ambitious", "measured"), rows)


def measured_table(findings: Findings) -> str:
    """Return the rates, latencies and CPU of every slot."""
    rows = [_row(found, _cpu_share(findings, found)) for found in findings.measured.values()]
    heads = (
        *("", "callers", "per s, median [best]", "p50 / p99 ms"),
        *("CPU ms: web", "PostgreSQL", "both ÷ bare cte", "client", "bytes"),
    )
    return _table(heads, rows)


def counted(findings: Findings) -> list[str]:
    """Return what is no matter of time: statements, memory, books."""
    lines = []
    for place, found in findings.statements.items():
        lines.append(
            f"Statements of an award on {place}, without BEGIN and COMMIT: JSON {len(found.api)}; form {found.form} "
            f"(scan {len(found.scan)}, result page {len(found.shown)})."
        )
        lines.append(f"Bytes of an answer on {place}: JSON {found.api_bytes}; result page {found.shown_bytes}.")
    if findings.bare_statements:
        bare = ", ".join(f"{name} {count}" for name, count in findings.bare_statements.items())
        lines.append(f"Statements of the bare application: {bare}.")
    if findings.peak_mib:
        peaks = ", ".join(f"{place} {mib:.0f}" for place, mib in findings.peak_mib.items())
        lines.append(f"Peak memory of a web process in MiB: {peaks}.")
    for place, books in findings.books.items():
        state = "all hold" if books.hold else "THEY DO NOT HOLD"
        lines.append(
            f"Books on {place}: {books.answers} good answers, {books.bookings} bookings, ledger proof: {books.proof}; "
            f"{state}."
        )
    return [*lines, *findings.said]


def _cpu_share(findings: Findings, found: Measured) -> float | None:
    """Return a slot's CPU in units of bare ``cte``'s with as many callers: what a busy machine distorts least."""
    least = findings.of("bare cte", found.slot.connections) or findings.of("bare cte", MANY)
    mine, its = found.cpu_ms, least.cpu_ms if least else None
    return mine / its if mine is not None and its else None


def _row(found: Measured, cpu_share: float | None) -> tuple[str, ...]:
    row = found.row()
    callers = str(row["connections"]) if found.slot.rate is None else f"{found.slot.rate}/s"
    return (
        row["slot"],
        callers,
        f"{row['rate_median']:.0f} [{row['rate_best']:.0f}]",
        f"{_number(row['p50_ms'])} / {_number(row['p99_ms'])}",
        _number(row["app_cpu_ms"]),
        _number(row["database_cpu_ms"]),
        _number(cpu_share),
        _number(row["client_cpu_ms"]),
        str(row["body_bytes"] or "–"),
    )


def _bound(target: Target, bound: float | None) -> str:
    if bound is None:
        return "–"
    verdict = target.verdict(bound)
    return f"{target.sign} {bound:g} {target.unit}".rstrip() + f": {'**missed**' if verdict == 'missed' else verdict}"


def _measured(target: Target) -> str:
    if target.measured is None:
        return "–"
    text = f"{_number(target.measured)} {target.unit}".rstrip()
    return f"{text} ({target.note})" if target.note else text


def _number(value: float | None) -> str:
    """Return three significant digits, or a dash."""
    if value is None:
        return "–"
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.{1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3}f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_line(heads), _line(["---"] * len(heads)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
