"""Several workers at once: each job is done once, and the control shows that the claim is what sees to it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction

from loyalty_site import outbox
from loyalty_site.outbox import claim, run_due
from members.models import Job, JobState, Merchant
from members.outbox import enqueue
from tests.factories import NOW, make_merchant
from tests.loyalty_site import job_handlers
from tests.loyalty_site.job_handlers import noted

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with job_handlers.installed(monkeypatch):
        yield


def enqueued(merchant: Merchant, *, minutes_ago: int = 0) -> Job:
    run_at = NOW - timedelta(minutes=minutes_ago)
    job = enqueue(merchant=merchant, name="note", arguments={}, run_at=run_at)
    assert job is not None
    return job


def sweep_in_two_threads() -> None:
    """Run two sweepers at once, each with its own connection."""
    errors: list[BaseException] = []

    def sweep() -> None:
        try:
            run_due(at=NOW, limit=1000)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_sweepers_at_once_do_each_job_once() -> None:
    merchant = make_merchant()
    for _ in range(60):
        enqueued(merchant)
    sweep_in_two_threads()
    assert len(noted) == 60
    states = Job.objects.for_merchant(merchant).values_list("state", "attempts")
    assert set(states) == {(JobState.DONE, 1)}


def test_two_sweepers_without_the_claim_do_a_job_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above can fail."""

    def look_only(*, at: datetime, job_id: int | None = None) -> Job | None:
        found: Job | None = outbox.claimable(at).select_related("merchant").first()
        return found

    monkeypatch.setattr(outbox, "claim", look_only)
    job_handlers.meeting.append(threading.Barrier(2))
    enqueued(make_merchant())
    sweep_in_two_threads()
    assert len(noted) == 2


def test_claim_passes_over_a_row_that_another_worker_is_claiming() -> None:
    merchant = make_merchant()
    first, second = enqueued(merchant, minutes_ago=1), enqueued(merchant)
    locked, finished = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                list(Job.objects.for_merchant(merchant).select_for_update().filter(pk=first.pk))
                locked.set()
                finished.wait(timeout=10)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(timeout=10)
    claimed = claim(at=NOW)
    finished.set()
    thread.join()
    assert claimed == second
