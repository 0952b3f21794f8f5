"""Redis as the carrier: it hears of a job at the commit, and what it forgets is done all the same."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from django.db import transaction
from pytest_django import Settings

import members.outbox
from loyalty_site import carrier
from loyalty_site.management.commands.work import Command
from loyalty_site.schedule import Planner
from members.models import Job, JobState, Merchant
from tests.factories import make_merchant
from tests.loyalty_site import job_handlers, worker
from tests.loyalty_site.job_handlers import noted

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(carrier, "_paused_until", 0.0)
    with job_handlers.installed(monkeypatch):
        yield


@pytest.fixture
def redis(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Carry hints through the Redis of REDIS_URL, empty before and after."""
    monkeypatch.setattr(members.outbox, "_carrier", carrier.carry)
    forget()
    yield
    forget()


def forget() -> None:
    """Let Redis forget all hints, as a restart without persistence does."""
    carrier.queue().empty()  # type: ignore[no-untyped-call]  # rq's own


def enqueued(merchant: Merchant, name: str = "note") -> Job:
    job = members.outbox.enqueue(merchant=merchant, name=name, arguments={}, run_at=LONG_AGO)
    assert job is not None
    return job


def fresh(job: Job) -> Job:
    found: Job = Job.objects.for_merchant(job.merchant_id).get(pk=job.pk)
    return found


def test_carry_with_redis_away_says_so_once_and_lets_the_request_go_on(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    carrier.carry(17)
    carrier.carry(18)
    assert caplog.messages == ["Redis did not take a job; the sweep will find it"]


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
def test_commit_brings_the_id_to_redis_and_a_listener_does_the_job() -> None:
    merchant = make_merchant()
    with transaction.atomic():
        job = enqueued(merchant)
        assert carrier.queue().count == 0
    (carried,) = carrier.queue().get_jobs()
    assert (carried.func_name, list(carried.args), carried.kwargs) == (carrier.TASK, [job.pk], {})
    carrier.listen(seconds=30, stop=lambda: bool(noted))
    assert fresh(job).state == JobState.DONE
    assert carrier.queue().count == 0


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
def test_rollback_brings_nothing_to_redis() -> None:
    merchant = make_merchant()
    with transaction.atomic():
        enqueued(merchant)
        transaction.set_rollback(True)
    assert carrier.queue().count == 0


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
def test_sweep_does_what_redis_forgot() -> None:
    job = enqueued(make_merchant())
    forget()
    carrier.listen(seconds=1, stop=lambda: bool(noted))
    assert noted == []
    Command().sweep(Planner(schedule=()), Event())
    assert fresh(job).state == JobState.DONE


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
def test_hint_that_comes_after_the_sweep_does_nothing() -> None:
    job = enqueued(make_merchant())
    Command().sweep(Planner(schedule=()), Event())
    carrier.listen(seconds=30, stop=lambda: carrier.queue().count == 0)
    assert len(noted) == 1
    assert fresh(job).attempts == 1


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
def test_failing_job_is_tried_again_by_the_row_and_not_by_redis() -> None:
    job = enqueued(make_merchant(), "fail")
    carrier.listen(seconds=30, stop=lambda: fresh(job).attempts > 0)
    assert (fresh(job).state, fresh(job).attempts) == (JobState.WAITING, 1)
    assert (carrier.queue().count, carrier.queue().failed_job_registry.count) == (0, 0)


@pytest.mark.redis
@pytest.mark.usefixtures("redis")
@pytest.mark.postgres
def test_worker_process_hears_of_a_job_and_ends_on_sigterm(tmp_path: Path) -> None:
    merchant = make_merchant()
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    env = worker.environment(tmp_path, worker.database_url_of_tests(), REDIS_URL=os.environ["REDIS_URL"])
    process = worker.start(worker.WORKER, "work", env=env)
    assert process.stderr is not None
    assert json.loads(process.stderr.readline())["message"] == "worker started"
    job = enqueued(merchant, "linger")
    with gate.open("w"):
        assert fresh(job).state == JobState.RUNNING
        process.send_signal(signal.SIGTERM)
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [line["message"] for line in worker.log_lines(stderr)] == ["job done", "worker stopped"]
    assert fresh(job).state == JobState.DONE
