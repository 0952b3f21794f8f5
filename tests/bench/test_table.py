"""The text that a run writes."""

import pytest

from bench.results import Books
from bench.servers import ROOT
from bench.table import BEGIN, END, counted, measured_table, page, put_between, target_table
from bench.targets import Target
from tests.bench.made import findings, measured, sample, statements


def test_put_between_replaces_what_stood_there_and_nothing_else() -> None:
    once = put_between(f"before\n{BEGIN}\nold\n{END}\nafter\n", "| new |")
    assert once == f"before\n{BEGIN}\n| new |\n{END}\nafter\n"
    assert put_between(once, "| new |\n") == once


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{END}", f"{BEGIN}{BEGIN}{END}"])
def test_put_between_without_both_markers_once_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="markers"):
        put_between(text, "| new |")


def test_the_page_in_docs_has_its_markers() -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert f"{BEGIN}\n| new |\n{END}" in put_between(text, "| new |")


def test_target_table_says_met_missed_and_not_measured() -> None:
    targets = [
        Target("Rate ÷ peer", "≥", 4, 12, 5.25, note="derived"),
        Target("CPU", "≤", None, 3, 4.5, "ms"),
        Target("p99", "≤", 60, None, None, "ms"),
    ]
    assert target_table(targets).splitlines()[2:] == [
        "| Rate ÷ peer | ≥ 4: met | ≥ 12: **missed** | 5.25 (derived) |",
        "| CPU | – | ≤ 3 ms: **missed** | 4.50 ms |",
        "| p99 | ≤ 60 ms: not measured | – | – |",
    ]


def test_measured_table_has_a_line_for_each_slot() -> None:
    found = findings(
        measured(
            "award JSON",
            sample(rate=120, latencies_ms=[8.0, 250.0], app_cpu_ms=0.05, database_cpu_ms=1.25, body_bytes=900),
            sample(rate=240, latencies_ms=[9.0, 150.0], app_cpu_ms=0.05, database_cpu_ms=1.25, body_bytes=901),
        ),
        measured("award form, open loop", sample(rate=50, latencies_ms=[12.0]), rate=50),
        measured("bare cte", sample(rate=10, app_cpu_ms=0.4, database_cpu_ms=0.25)),
    )
    assert measured_table(found).splitlines()[2:] == [
        "| award JSON | 8 | 180 [240] | 8.50 / 200 | 0.050 | 1.25 | 2.00 | – | 901 |",
        "| award form, open loop | 50/s | 50 [50] | 12.0 / 12.0 | – | – | – | – | – |",
        "| bare cte | 8 | 10 [10] | 10.0 / 10.0 | 0.40 | 0.25 | 1.00 | – | – |",
    ]


def test_counted_tells_books_that_do_not_hold() -> None:
    found = findings(counted=statements(api=4, scan=5, shown=2), books={"sqlite": Books(7, 6, "holds")})
    assert counted(found) == [
        "Statements of an award on postgres, without BEGIN and COMMIT: JSON 4; form 7 (scan 5, result page 2).",
        "Bytes of an answer on postgres: JSON 900; result page 9000.",
        "Statements of the bare application: real 15.",
        "Peak memory of a web process in MiB: postgres 90.",
        "Books on sqlite: 7 good answers, 6 bookings, ledger proof: holds; THEY DO NOT HOLD.",
    ]


def test_page_puts_wrong_answers_before_the_verdicts() -> None:
    found = findings(measured("award JSON", sample(errors={"503 Service Unavailable": 3})))
    text = page(findings=found, targets=[], conditions=["On this machine."])
    assert text.startswith("On this machine.\n\n**Not all answers were good")
    assert text.index("- award JSON x8: 503 Service Unavailable (3)") < text.index("### Targets")


def test_page_without_wrong_answers_does_not_mention_them() -> None:
    assert "Not all answers" not in page(findings=findings(), targets=[], conditions=["On this machine."])
