"""Verdicts: which bound a run met, from made-up measurements."""

import pytest

from bench.plan import OPEN_CALLERS
from bench.results import Findings, Measured, SameCard
from bench.targets import CTE_TO_REDEEM, REAL_TO_REDEEM, Target, judge, redeem_p50s, redeem_rates
from tests.bench.made import findings, measured, sample, statements


def _peers() -> list[Measured]:
    """A machine on which pretix's redeem is derived as 10 a second, and its median latency as 43 ms."""
    return [
        measured("bare cte", sample(rate=10 * CTE_TO_REDEEM)),
        measured("bare real", sample(rate=10 * REAL_TO_REDEEM)),
        measured("bare form", sample(rate=33)),
        measured("pgbench award", sample(rate=1000)),
        measured("bare cte", sample(latencies_ms=[1.85]), connections=1),
        measured("bare real", sample(latencies_ms=[9.6]), connections=1),
    ]


def _target(found: Findings, what: str) -> Target:
    return next(target for target in judge(found) if target.what == what)


def _verdicts(found: Findings, what: str) -> tuple[str, str]:
    target = _target(found, what)
    return target.verdict(target.must), target.verdict(target.ambitious)


@pytest.mark.parametrize(
    ("sign", "measured_value", "verdict"),
    [("≥", 4.0, "met"), ("≥", 3.99, "missed"), ("≤", 4.0, "met"), ("≤", 4.01, "missed"), ("≤", None, "not measured")],
)
def test_verdict_at_the_bound(sign: str, measured_value: float | None, verdict: str) -> None:
    assert Target("what", sign, 4, None, measured_value).verdict(4) == verdict


def test_verdict_without_a_bound_says_nothing() -> None:
    assert Target("what", "≥", None, 1, 2.0).verdict(None) == ""


def test_redeem_is_the_mean_of_what_cte_and_real_say() -> None:
    found = findings(
        measured("bare cte", sample(rate=12 * CTE_TO_REDEEM), sample(rate=6 * CTE_TO_REDEEM)),
        measured("bare real", sample(rate=8 * REAL_TO_REDEEM), sample(rate=4 * REAL_TO_REDEEM)),
    )
    assert redeem_rates(found) == pytest.approx([10, 5])


def test_redeem_latency_is_derived_from_one_caller() -> None:
    assert redeem_p50s(findings(*_peers())) == pytest.approx([43])


@pytest.mark.parametrize(
    ("rate", "verdicts"),
    [(39, ("missed", "missed")), (41, ("met", "missed")), (121, ("met", "met"))],
)
def test_json_award_is_held_to_four_and_twelve_redeems(rate: float, verdicts: tuple[str, str]) -> None:
    found = findings(*_peers(), measured("award JSON", sample(rate=rate)))
    assert _verdicts(found, "Award, JSON, 8 callers: rate ÷ pretix redeem") == verdicts
    assert _target(found, "Award, JSON, 8 callers: rate ÷ pretix redeem").note == "derived"


def test_json_award_is_divided_by_each_of_its_peers() -> None:
    found = findings(*_peers(), measured("award JSON", sample(rate=90)))
    shares = {target.what.partition("÷ ")[2]: target.measured for target in judge(found)[:5]}
    assert shares == {
        "pretix redeem": pytest.approx(9),
        "pretix gift card": pytest.approx(3),
        "bare real": pytest.approx(2),
        "pgbench award": pytest.approx(0.09),
        "bare cte": pytest.approx(90 / 185),
    }


def test_form_award_is_held_to_the_bare_form() -> None:
    found = findings(*_peers(), measured("award form", sample(rate=33)))
    assert _verdicts(found, "Award, form, 8 callers: rate ÷ bare form") == ("met", "")
    assert _verdicts(found, "Award, form, 8 callers: rate ÷ pgbench award") == ("", "missed")


def test_cpu_counts_web_and_database() -> None:
    found = findings(measured("award form", sample(app_cpu_ms=5.0, database_cpu_ms=1.5)))
    assert _target(found, "Award, form: CPU, web and PostgreSQL").measured == 6.5


def test_statements_of_the_form_are_those_of_both_requests() -> None:
    found = findings(counted=statements(api=12, scan=13, shown=4))
    assert _verdicts(found, "Statements of an award, JSON") == ("met", "missed")
    form = _target(found, "Statements of an award, form")
    assert (form.measured, form.verdict(form.must), form.note) == (17, "missed", "scan 13, result page 4")


def test_tail_is_compared_with_the_median_of_the_same_repetition() -> None:
    found = findings(measured("award JSON", sample(latencies_ms=[10, 10, 30]), sample(latencies_ms=[100, 100, 300])))
    assert _target(found, "p99 ÷ p50, 8 callers, JSON").measured == 3
    assert _verdicts(found, "p99 ÷ p50, 8 callers, JSON") == ("met", "missed")


def test_open_loop_is_held_to_milliseconds() -> None:
    found = findings(measured("award form, open loop", sample(latencies_ms=[26]), connections=OPEN_CALLERS, rate=50))
    assert _verdicts(found, "p99, open loop at 50/s, form") == ("met", "missed")


def test_same_card_that_lost_an_award_is_missed_and_says_so() -> None:
    found = findings(same_card=SameCard(answers=20, bookings=19, stamps=19))
    lost = _target(found, "Same card, 8 callers: awards lost or doubled")
    assert (lost.measured, lost.verdict(lost.must)) == (1, "missed")
    assert lost.note == "20 answers, 19 bookings, 19 stamps"


def test_same_card_is_compared_with_distinct_cards() -> None:
    found = findings(
        measured("award JSON", sample(latencies_ms=[10])), measured("award JSON, same card", sample(latencies_ms=[25]))
    )
    assert _verdicts(found, "Same card, 8 callers: p99 ÷ p99 of distinct cards") == ("met", "missed")


def test_sqlite_is_compared_with_the_products_own_postgresql() -> None:
    found = findings(measured("award JSON", sample(rate=100)), measured("award JSON, SQLite", sample(rate=120)))
    assert _verdicts(found, "SQLite (FULL), JSON, 8 callers: rate ÷ own PostgreSQL") == ("met", "missed")


def test_sqlite_that_was_locked_once_is_missed() -> None:
    found = findings(measured("award JSON, SQLite", sample()), locked_lines=1)
    assert _verdicts(found, "SQLite (FULL): “database is locked”") == ("missed", "missed")


def test_nothing_measured_is_neither_met_nor_missed() -> None:
    targets = judge(findings())
    assert {target.verdict(bound) for target in targets for bound in (target.must, target.ambitious)} == {
        "not measured",
        "",
    }
