"""Metrics: for the token's holder only, in Prometheus' format, and counting without counting all over again."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from loyalty_site.proof_results import record_proof
from loyalty_site.web import metrics
from loyalty_site.web.metrics import BookingCounter, Family, render
from members.models import Card, Job, JobState, Merchant
from members.outbox import enqueue
from rewards.models import Booking
from tests.factories import NOW, make_card
from tests.rewards.programs import a_reward, book, spend, stamp_program

TOKEN = "f5061728394a5b6c7d8e9fa0"
SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+')


@pytest.fixture(autouse=True)
def _token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(metrics, "_bookings", BookingCounter())
    yield


def scrape(client: Client) -> dict[str, float]:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    lines = response.content.decode().splitlines()
    return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines if not x.startswith("#"))}


def a_booking(card: Card, at: datetime, **fields: Any) -> Booking:  # Any: model fields
    number = Booking.objects.for_merchant(card.merchant_id).count()
    values = {"kind": "earn", "outcome": "posted", "request_id": f"r{number}", "content_hash": "", "card": card}
    return Booking.objects.create(merchant=card.merchant, occurred_at=at, recorded_at=at, **values | fields)


def test_metrics_without_a_token_in_the_settings_do_not_exist(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer ä"]
)
def test_metrics_with_a_wrong_token_are_refused_without_a_query(client: Client, header: str) -> None:
    """No database mark: any query would raise."""
    response = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert (response.status_code, response.content) == (401, b"")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_metrics_with_the_token_are_plain_text_that_prometheus_reads(client: Client) -> None:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    text = response.content.decode()
    assert text.endswith("\n")
    described: list[str] = []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            described.append(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line.split()[2:] in ([described[-1], "gauge"], [described[-1], "counter"])
        else:
            assert SAMPLE.fullmatch(line), line
            assert line.startswith(described[-1])
    assert len(set(described)) == len(described) == 11


def test_metrics_count_bookings_by_kind_and_outcome_of_all_merchants(
    client: Client, merchant: Merchant, card: Card, other_merchant: Merchant
) -> None:
    stamp_program(merchant)
    stamp_program(other_merchant)
    foreign = make_card(merchant=other_merchant)
    book(card)
    book(foreign)
    seen = scrape(client)
    assert seen['stammkarte_bookings_total{kind="earn",outcome="posted"}'] == 2
    assert seen['stammkarte_bookings_total{kind="undo",outcome="refused"}'] == 0


def test_metrics_count_redemptions(client: Client, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=20)
    reward = a_reward(program, price=10)
    book(card)
    assert spend(card, reward).status == "posted"
    seen = scrape(client)
    assert seen["stammkarte_redemptions_total"] == 1
    assert seen["stammkarte_redemptions_reserved"] == 1
    assert seen['stammkarte_bookings_total{kind="redeem",outcome="posted"}'] == 1


def test_metrics_count_jobs_by_state_and_tell_the_queues_age(client: Client, merchant: Merchant) -> None:
    states = [JobState.WAITING, JobState.WAITING, JobState.FAILED, JobState.DONE]
    for state in states:
        job = enqueue(merchant=merchant, name="nightly", arguments={}, run_at=NOW - timedelta(days=365))
        assert job is not None
        Job.objects.for_merchant(merchant).filter(pk=job.pk).update(state=state)
    seen = scrape(client)
    assert {name: value for name, value in seen.items() if name.startswith("stammkarte_jobs")} == {
        'stammkarte_jobs{state="waiting"}': 2,
        'stammkarte_jobs{state="running"}': 0,
        'stammkarte_jobs{state="failed"}': 1,
    }
    assert seen["stammkarte_job_queue_age_seconds"] > 24 * 3600


def test_metrics_tell_what_the_last_proofs_found(client: Client, merchant: Merchant) -> None:
    assert scrape(client)["stammkarte_ledger_findings"] == 0
    record_proof(merchant=merchant, at=NOW, findings=3)
    seen = scrape(client)
    assert seen["stammkarte_ledger_findings"] == 3
    assert seen["stammkarte_ledger_proof_age_seconds"] != 0


@pytest.mark.django_db
def test_metrics_tell_about_the_process(client: Client) -> None:
    seen = scrape(client)
    assert seen["process_start_time_seconds"] > 1.7e9
    assert seen["process_cpu_seconds_total"] > 0
    assert seen["process_resident_memory_bytes"] > 1e7
    (info,) = [name for name in seen if name.startswith("stammkarte_info")]
    assert f'database="{connection.vendor}"' in info


def test_metrics_name_no_merchant_or_person(client: Client, merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    book(card)
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    for secret in (merchant.name, merchant.slug, card.number, "Anna", "Beispiel", TOKEN):
        assert secret not in text


def test_metrics_cost_the_same_few_queries_at_1_and_3_rows(
    client: Client, merchant: Merchant, card: Card, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        a_booking(card, NOW)
        enqueue(merchant=merchant, name="nightly", arguments={}, run_at=NOW)
        with django_assert_num_queries(6):
            metrics.families(at=NOW)
        a_booking(card, NOW)


class TestBookingCounter:
    """Every booking is counted once, whatever was counted before."""

    def test_counts_again_after_each_new_booking(self, card: Card) -> None:
        counter, minute = BookingCounter(), timedelta(minutes=1)
        assert counter.count(at=NOW) == {}
        for number in range(1, 40):
            at = NOW + number * minute
            a_booking(card, at, outcome="posted" if number % 3 else "refused")
            assert counter.count(at=at) == BookingCounter().count(at=at)
        assert counter.count(at=NOW + 40 * minute) == {("earn", "posted"): 26, ("earn", "refused"): 13}
        assert counter.count(at=NOW + timedelta(days=1)).total() == 39

    def test_reads_only_what_came_after_the_settled_ones(self, card: Card) -> None:
        counter = BookingCounter()
        first = a_booking(card, NOW)
        counter.count(at=NOW + timedelta(hours=1))
        assert counter._settled == (first.pk, {("earn", "posted"): 1})

    def test_booking_that_is_committed_late_is_counted(self, card: Card) -> None:
        """Its id is lower than one already seen, because its transaction began earlier."""
        counter = BookingCounter()
        newer = a_booking(card, NOW, pk=1_000_002)
        assert counter.count(at=NOW).total() == 1
        assert newer.pk == 1_000_002
        a_booking(card, NOW, pk=1_000_001)
        assert counter.count(at=NOW + timedelta(minutes=1)).total() == 2
        assert counter.count(at=NOW + timedelta(hours=1)).total() == 2


def test_render_escapes_label_values() -> None:
    family = Family("a_b", "gauge", "Help.", (({"x": 'back\\slash "quote"\nline'}, 1), ({}, 0.5), ({}, 12345678901)))
    assert render([family]) == (
        '# HELP a_b Help.\n# TYPE a_b gauge\na_b{x="back\\\\slash \\"quote\\"\\nline"} 1\na_b 0.5\na_b 12345678901\n'
    )
