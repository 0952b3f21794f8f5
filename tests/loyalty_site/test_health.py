"""Health: alive without a database, ready only with an up-to-date one and jobs that are done in time."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from loyalty_site.web import health
from members.models import Job, JobState, Merchant
from members.outbox import enqueue
from tests.factories import NOW


def enqueued(merchant: Merchant, minutes_ago: float) -> Job:
    run_at = timezone.now() - timedelta(minutes=minutes_ago)
    job = enqueue(merchant=merchant, name="nightly", arguments={}, run_at=run_at)
    assert job is not None
    return job


def test_livez_answers_without_a_database(client: Client) -> None:
    """No database mark: any query would raise."""
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]
    assert "Set-Cookie" not in response


@pytest.mark.parametrize("address", ["/livez", "/readyz"])
def test_health_by_post_is_refused(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_readyz_with_everything_in_place_says_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert "no-store" in response["Cache-Control"]


def test_readyz_with_a_job_waiting_too_long_says_jobs(merchant: Merchant, client: Client) -> None:
    enqueued(merchant, minutes_ago=9)
    assert client.get("/readyz").status_code == 200
    enqueued(merchant, minutes_ago=11)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "failed": "jobs"})


def test_readyz_with_a_long_job_at_work_stays_ready(merchant: Merchant, client: Client) -> None:
    job = enqueued(merchant, minutes_ago=50)
    assert client.get("/readyz").status_code == 503
    rows = Job.objects.for_merchant(merchant).filter(pk=job.pk)
    rows.update(state=JobState.RUNNING, claimed_until=timezone.now() + timedelta(minutes=1))
    assert client.get("/readyz").status_code == 200
    rows.update(claimed_until=timezone.now() - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_readyz_with_ended_jobs_stays_ready(merchant: Merchant, client: Client, state: JobState) -> None:
    job = enqueued(merchant, minutes_ago=50)
    Job.objects.for_merchant(merchant).filter(pk=job.pk).update(state=state)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_with_an_unapplied_migration_says_migrations(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("rewards", "0002_append_only")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["failed"]) == (503, "migrations")


def test_readyz_with_the_database_away_says_database_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The seam to the network: what a driver raises when nobody answers."""

    def refuse() -> bool:
        raise DatabaseError("connection to 10.0.0.7 failed for user shop")

    monkeypatch.setattr(health, "is_migrated", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "failed": "database"})
    assert caplog.messages[0] == "not ready: the database does not answer"


def test_queue_age_counts_due_jobs_of_all_merchants(
    merchant: Merchant, other_merchant: Merchant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert health.queue_age(at=NOW) == timedelta()
    for owner, minutes in ((merchant, 2), (other_merchant, 5), (merchant, -3)):
        enqueue(merchant=owner, name="nightly", arguments={}, run_at=NOW - timedelta(minutes=minutes))
    with django_assert_num_queries(1):
        assert health.queue_age(at=NOW) == timedelta(minutes=5)
