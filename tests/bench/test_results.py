"""What repetitions add up to."""

import pytest

from bench.results import Books, SameCard
from tests.bench.made import findings, measured, sample, statements


def test_measured_takes_the_median_of_the_repetitions() -> None:
    found = measured(
        "award JSON",
        sample(rate=50, latencies_ms=[1, 2, 30], app_cpu_ms=4.0, database_cpu_ms=1.0),
        sample(rate=90, latencies_ms=[1, 5, 70], app_cpu_ms=8.0, database_cpu_ms=2.0),
        sample(rate=60, latencies_ms=[1, 9, 50], app_cpu_ms=5.0, database_cpu_ms=3.0),
    )
    assert found.rate.median == pytest.approx(60)
    assert found.rate.best == pytest.approx(90)
    assert (found.latency(50), found.latency(99)) == (5, 50)
    assert found.cpu_ms == 5.0 + 2.0


def test_measured_in_an_open_loop_takes_all_repetitions_together() -> None:
    found = measured("award JSON, open loop", sample(latencies_ms=[1, 2]), sample(latencies_ms=[3, 40]), rate=50)
    assert found.latencies(50) == [2]
    assert found.latency(99) == 40


def test_measured_without_database_cpu_has_no_sum() -> None:
    assert measured("award JSON", sample(app_cpu_ms=4.0)).cpu_ms is None


def test_measured_without_answers_has_no_latency() -> None:
    found = measured("award JSON", sample(rate=1, latencies_ms=[], errors={"500 Internal Server Error": 7}))
    assert found.latency(99) is None
    assert found.row()["errors"] == {"500 Internal Server Error": 7}


def test_errors_add_up_over_repetitions_and_name_their_slot() -> None:
    wrong = measured("award form", sample(errors={"timed out": 1}), sample(errors={"timed out": 2, "503 Busy": 1}))
    found = findings(wrong, measured("award JSON", sample()))
    assert found.errors == {"award form x8": {"timed out": 3, "503 Busy": 1}}


def test_form_counts_both_requests() -> None:
    assert statements(scan=13, shown=4).form == 17


@pytest.mark.parametrize(
    ("kept", "wrong"),
    [(SameCard(20, 20, 20), 0), (SameCard(20, 19, 19), 1), (SameCard(20, 21, 21), 1), (SameCard(20, 20, 18), 2)],
)
def test_same_card_counts_what_was_lost_or_doubled(kept: SameCard, wrong: int) -> None:
    assert kept.wrong == wrong


@pytest.mark.parametrize(
    ("books", "hold"),
    [
        (Books(5, 5, "holds"), True),
        (Books(5, 4, "holds"), False),
        (Books(5, 5, "what=chain table=rewards_transfer"), False),
    ],
)
def test_books_hold_only_when_counts_and_proof_do(books: Books, hold: bool) -> None:
    assert books.hold is hold
