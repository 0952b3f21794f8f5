"""Durable jobs: each is done, once at a time, tried again when it fails, and given up in the open."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from loyalty_site import jobs, outbox
from loyalty_site.outbox import claim, execute_job, run_due
from loyalty_site.schedule import SCHEDULE
from loyalty_site.web.logs import JsonFormatter, current_request_id
from members.models import Job, JobState, Merchant
from members.outbox import enqueue
from tests.factories import NOW
from tests.loyalty_site import job_handlers
from tests.loyalty_site.job_handlers import noted

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with job_handlers.installed(monkeypatch):
        yield


def enqueued(merchant: Merchant, name: str = "note", run_at: datetime = NOW, **fields: Any) -> Job:  # Any: model fields
    job = enqueue(merchant=merchant, name=name, arguments={}, run_at=run_at)
    assert job is not None
    Job.objects.for_merchant(merchant).filter(pk=job.pk).update(**fields or {"name": name})
    return fresh(job)


def fresh(job: Job) -> Job:
    found: Job = Job.objects.for_merchant(job.merchant_id).get(pk=job.pk)
    return found


@pytest.mark.parametrize("name", jobs.KINDS)
def test_kinds_of_the_product_lead_to_handlers(name: str) -> None:
    assert callable(jobs.kind_of(name).handler())


def test_schedule_names_are_known_jobs() -> None:
    assert {line.name for line in SCHEDULE} <= set(jobs.KINDS)


def test_run_due_with_a_due_job_calls_its_handler_and_marks_it_done(merchant: Merchant) -> None:
    job = enqueue(merchant=merchant, name="note", arguments={"delivery_id": 7}, run_at=NOW)
    assert job is not None
    done = run_due(at=NOW, limit=10)
    assert noted == [(merchant.slug, NOW, {"delivery_id": 7})]
    assert done == [outbox.Execution(job_id=job.pk, name="note", attempt=1, state=JobState.DONE)]
    job = fresh(job)
    assert (job.state, job.attempts, job.claimed_until, job.last_error) == (JobState.DONE, 1, None, "")
    assert job.finished_at is not None
    assert job.finished_at >= NOW


def test_run_due_with_jobs_of_several_merchants_does_the_longest_due_first_up_to_the_limit(
    merchant: Merchant, other_merchant: Merchant
) -> None:
    enqueued(merchant, run_at=NOW - MINUTE)
    enqueued(other_merchant, run_at=NOW - 2 * MINUTE)
    enqueued(merchant, run_at=NOW)
    enqueued(merchant, run_at=NOW + MINUTE)
    assert len(run_due(at=NOW, limit=2)) == 2
    assert [slug for slug, _at, _arguments in noted] == [other_merchant.slug, merchant.slug]
    assert len(run_due(at=NOW, limit=10)) == 1
    assert run_due(at=NOW, limit=10) == []


def test_run_due_told_to_stop_leaves_the_next_job(merchant: Merchant) -> None:
    first, second = enqueued(merchant), enqueued(merchant)
    run_due(at=NOW, limit=10, stop=lambda: bool(noted))
    assert (fresh(first).state, fresh(second).state) == (JobState.DONE, JobState.WAITING)


def test_run_due_with_a_failing_job_tries_again_later_and_later_and_then_gives_up(merchant: Merchant) -> None:
    job, at, gaps = enqueued(merchant, "fail"), NOW, []
    for attempt in range(1, 8):
        assert [e.attempt for e in run_due(at=at, limit=10)] == [attempt]
        job = fresh(job)
        assert job.state == JobState.WAITING
        assert run_due(at=job.run_at - MINUTE / 60, limit=10) == []
        gaps.append((job.run_at - at) // MINUTE)
        at = job.run_at
    assert gaps == [1, 5, 15, 60, 180, 360, 720]
    assert [e.state for e in run_due(at=at, limit=10)] == [JobState.FAILED]
    job = fresh(job)
    assert (job.state, job.attempts, job.claimed_until) == (JobState.FAILED, 8, None)
    assert job.finished_at is not None
    assert run_due(at=at + timedelta(days=30), limit=10) == []


def test_run_due_with_a_failing_job_keeps_its_error_without_contacts_or_codes(merchant: Merchant) -> None:
    job = enqueued(merchant, "fail")
    run_due(at=NOW, limit=1)
    assert fresh(job).last_error == "ProviderDown: no answer for [e-mail], [number], order [number]"


def test_run_due_after_a_failure_that_is_mended_clears_the_error(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueued(merchant, "fail")
    run_due(at=NOW, limit=1)
    monkeypatch.setitem(jobs.KINDS, "fail", jobs.KINDS["note"])
    run_due(at=NOW + MINUTE, limit=1)
    assert (fresh(job).state, fresh(job).attempts, fresh(job).last_error) == (JobState.DONE, 2, "")


@pytest.mark.parametrize(
    ("name", "error"),
    [("of_a_newer_release", "UnknownJob: of_a_newer_release"), ("nowhere", "ImportError: Module")],
)
def test_run_due_with_a_job_that_has_no_handler_keeps_it_for_a_newer_worker(
    merchant: Merchant, name: str, error: str
) -> None:
    job = enqueued(merchant, name)
    run_due(at=NOW, limit=1)
    assert fresh(job).state == JobState.WAITING
    assert fresh(job).last_error.startswith(error)


def test_run_due_with_a_job_that_takes_too_long_interrupts_it(merchant: Merchant) -> None:
    job = enqueued(merchant, "sleep_long")
    run_due(at=NOW, limit=1)
    assert fresh(job).state == JobState.WAITING
    assert fresh(job).last_error == "TookTooLong: more than 1 seconds"


def test_run_due_with_a_killed_workers_job_does_it_when_the_claim_has_ended(merchant: Merchant) -> None:
    job = enqueued(merchant)
    assert claim(at=NOW) == job  # and then nothing: its worker was killed
    until = fresh(job).claimed_until
    assert until == NOW + timedelta(seconds=120 + 60)
    assert run_due(at=until - MINUTE / 60, limit=10) == []
    assert [e.attempt for e in run_due(at=until, limit=10)] == [2]
    assert fresh(job).state == JobState.DONE


def test_run_due_with_a_job_that_kills_each_worker_gives_up_after_the_last_attempt(merchant: Merchant) -> None:
    job = enqueued(merchant, maximum_attempts=2)
    waiting = enqueued(merchant, run_at=NOW + timedelta(hours=1))
    for hour in (0, 1):
        assert claim(at=NOW + timedelta(hours=hour), job_id=job.pk) is not None
    assert claim(at=NOW + timedelta(hours=2)) == waiting
    assert (fresh(job).state, fresh(job).attempts) == (JobState.FAILED, 2)
    assert fresh(job).last_error.startswith("WorkerLost")


def test_late_claimant_whose_claim_was_taken_over_changes_nothing(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueued(merchant)
    late = claim(at=NOW)
    assert late is not None
    assert claim(at=NOW + timedelta(hours=1)) is not None
    outbox._execute(late, at=NOW + timedelta(hours=1))
    assert (fresh(job).state, fresh(job).attempts) == (JobState.RUNNING, 2)


def test_claim_of_a_claimed_job_is_none(merchant: Merchant) -> None:
    enqueued(merchant)
    assert claim(at=NOW) is not None
    assert claim(at=NOW) is None


def test_claim_by_id_takes_that_job_only_and_only_when_due(merchant: Merchant) -> None:
    _first, second, later = enqueued(merchant), enqueued(merchant), enqueued(merchant, run_at=NOW + MINUTE)
    assert claim(at=NOW, job_id=second.pk) == second
    assert claim(at=NOW, job_id=second.pk) is None
    assert claim(at=NOW, job_id=later.pk) is None


def test_claim_costs_two_statements_and_one_when_idle(
    merchant: Merchant,
    django_assert_num_queries: Any,  # Any: pytest-django's fixture has no public type
) -> None:
    for _ in range(3):
        enqueued(merchant)
    with django_assert_num_queries(2 + 2 * connection.in_atomic_block):  # a savepoint inside a test's transaction
        claim(at=NOW)
    Job.objects.for_merchant(merchant).update(state=JobState.DONE)
    with django_assert_num_queries(1 + 2 * connection.in_atomic_block):
        assert claim(at=NOW) is None


def test_execute_job_does_it_and_a_second_hint_does_nothing(merchant: Merchant) -> None:
    job = enqueued(merchant)
    execute_job(job.pk)
    execute_job(job.pk)
    execute_job(job.pk + 1000)
    assert len(noted) == 1
    assert fresh(job).state == JobState.DONE


def test_execute_job_with_a_failing_handler_raises_nothing_and_notes_it(merchant: Merchant) -> None:
    job = enqueued(merchant, "fail")
    execute_job(job.pk)
    assert fresh(job).state == JobState.WAITING


def test_log_of_a_job_names_it_with_its_merchant_and_masks_the_traceback(
    merchant: Merchant, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[dict[str, Any]] = []  # Any: parsed JSON

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            from loyalty_site.web.logs import RequestFilter

            RequestFilter().filter(record)
            lines.append(json.loads(JsonFormatter().format(record)))

    root, handler = logging.getLogger(), Collect()
    root.addHandler(handler)
    try:
        enqueued(merchant, "leave_context")
        failing = enqueued(merchant, "fail")
        with caplog.at_level(logging.INFO):
            run_due(at=NOW, limit=2)
    finally:
        root.removeHandler(handler)
    assert [line["message"] for line in lines] == [
        "inside the handler",
        "job done",
        "job raised",
        "job to be tried again",
    ]
    assert {line["merchant"] for line in lines} == {merchant.slug}
    assert (lines[2]["job"], lines[2]["job_id"], lines[2]["attempt"]) == ("fail", failing.pk, 1)
    assert lines[2]["request_id"] == f"job-{failing.pk}"
    assert "anna@" not in json.dumps(lines)
    assert "1234567" not in json.dumps(lines)
    assert "(Anna)" not in json.dumps(lines)
    assert current_request_id() == ""
