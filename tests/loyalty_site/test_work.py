"""The worker as a process: it ends in order, loses nothing when it is killed, and needs no Redis."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone
from pytest_django import Settings

from loyalty_site.management.commands.work import Command
from loyalty_site.outbox import refresh_connection, run_due
from loyalty_site.schedule import SCHEDULE, Planner
from members.models import Job, JobState, Merchant
from members.outbox import enqueue
from tests.factories import make_merchant
from tests.loyalty_site import job_handlers, worker
from tests.loyalty_site.job_handlers import noted

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NOWHERE = "redis://127.0.0.1:1/0"
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with job_handlers.installed(monkeypatch):
        yield


def enqueued(merchant: Merchant, name: str, **arguments: str) -> Job:
    job = enqueue(merchant=merchant, name=name, arguments=arguments, run_at=LONG_AGO)
    assert job is not None
    return job


def fresh(job: Job) -> Job:
    found: Job = Job.objects.for_merchant(job.merchant_id).get(pk=job.pk)
    return found


def end_claims(merchant: Merchant) -> None:
    """Let time pass until no claim of a dead worker holds any more."""
    Job.objects.for_merchant(merchant).filter(claimed_until__isnull=False).update(claimed_until=LONG_AGO)


def test_work_once_plans_and_does_what_is_due_and_ends(merchant: Merchant, settings: Settings) -> None:
    settings.REDIS_URL = ""
    Merchant.objects.filter(pk=merchant.pk).update(created_at=LONG_AGO)
    job = enqueued(merchant, "note")
    handler = signal.getsignal(signal.SIGTERM)
    call_command("work", "--once")
    assert fresh(job).state == JobState.DONE
    jobs = Job.objects.for_merchant(merchant).exclude(pk=job.pk).values_list("name", "state")
    assert set(jobs) == {(line.name, JobState.DONE) for line in SCHEDULE}
    assert signal.getsignal(signal.SIGTERM) is handler
    call_command("work", "--once")
    assert len(noted) == 1


def test_work_once_with_more_jobs_than_one_batch_does_all(merchant: Merchant) -> None:
    for _ in range(105):
        enqueued(merchant, "note")
    call_command("work", "--once")
    assert len(noted) == 105


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "soon", "4000"])
def test_work_with_a_senseless_pause_refuses(wrong: str) -> None:
    with pytest.raises(CommandError, match="seconds"):
        call_command("work", f"--poll-seconds={wrong}")


def test_round_with_redis_away_works_by_the_table(
    merchant: Merchant, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = NOWHERE
    job, command = enqueued(merchant, "note"), Command()
    for _ in range(2):
        command.round(Planner(schedule=()), Event(), poll_seconds=0.05)
    assert fresh(job).state == JobState.DONE
    assert caplog.messages.count("Redis is away; looking into the table") == 1


def test_work_with_the_database_away_waits_for_it_and_ends_on_sigterm(tmp_path: Path) -> None:
    env = worker.environment(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")
    process = worker.start(worker.MANAGE, "work", env=env)
    assert process.stderr is not None
    lines = [json.loads(process.stderr.readline()) for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    _stdout, rest = process.communicate(timeout=60)
    lines += worker.log_lines(rest)
    assert [line["message"] for line in lines] == [
        "worker started",
        "the database is away or not migrated; trying again in 5 seconds",
        "worker stopped",
    ]
    assert process.returncode == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_refresh_connection_after_the_database_was_restarted_connects_again() -> None:
    merchant = make_merchant()
    job = enqueued(merchant, "note")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
    with pytest.raises(OperationalError):
        run_due(at=timezone.now(), limit=1)
    refresh_connection()
    run_due(at=timezone.now(), limit=1)
    assert fresh(job).state == JobState.DONE


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_work_on_sigterm_finishes_the_current_job_and_leaves_the_next(tmp_path: Path) -> None:
    merchant = make_merchant()
    current, following = enqueued(merchant, "linger"), enqueued(merchant, "note")
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    process = worker.start(worker.WORKER, "work", env=worker.environment(tmp_path, worker.database_url_of_tests()))
    with gate.open("w"):  # opens when the handler opens the other end
        assert fresh(current).state == JobState.RUNNING
        process.send_signal(signal.SIGTERM)
    _stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert (fresh(current).state, fresh(following).state) == (JobState.DONE, JobState.WAITING)
    assert [line["message"] for line in worker.log_lines(stderr)] == ["worker started", "job done", "worker stopped"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "sent", "state", "attempts"),
    [
        ("job_claimed", [], JobState.RUNNING, 2),
        ("after_send", ["7"], JobState.RUNNING, 2),
        ("job_handled", ["7"], JobState.RUNNING, 2),
        ("job_done", ["7"], JobState.DONE, 1),
    ],
)
def test_work_killed_around_sending_loses_nothing_and_a_second_worker_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str, sent: list[str], state: JobState, attempts: int
) -> None:
    merchant = make_merchant()
    job = enqueued(merchant, "send", message="7")
    provider = tmp_path / "provider"
    env = worker.environment(tmp_path, worker.database_url_of_tests(), FAULT_POINT=f"{point}:kill")

    killed = worker.run(worker.WORKER, "work", "--once", env=env)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (provider.read_text().splitlines() if provider.exists() else []) == sent
    assert fresh(job).state == state

    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    end_claims(merchant)
    call_command("work", "--once")
    assert provider.read_text().splitlines() == ["7"]
    assert (fresh(job).state, fresh(job).attempts) == (JobState.DONE, attempts)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_work_while_a_dead_workers_claim_holds_leaves_its_job_alone(tmp_path: Path) -> None:
    merchant = make_merchant()
    job = enqueued(merchant, "clear_sessions")
    Session.objects.create(session_key="old", session_data="", expire_date=LONG_AGO)
    env = worker.environment(tmp_path, worker.database_url_of_tests(), FAULT_POINT="job_claimed:kill")
    assert worker.run(worker.MANAGE, "work", "--once", env=env).returncode == -signal.SIGKILL
    call_command("work", "--once")
    assert (fresh(job).state, fresh(job).attempts, Session.objects.count()) == (JobState.RUNNING, 1, 1)
    end_claims(merchant)
    call_command("work", "--once")
    assert (fresh(job).state, fresh(job).attempts, Session.objects.count()) == (JobState.DONE, 2, 0)


SET_UP = """
from datetime import UTC, datetime
from django.core.management import call_command
call_command("migrate", verbosity=0)
from members.models import Merchant
from members.outbox import enqueue
merchant = Merchant.objects.create(slug="morgenrot", name="Morgenrot")
enqueue(merchant=merchant, name="send", arguments={"message": "7"}, run_at=datetime(2026, 1, 1, tzinfo=UTC))
"""
LATER = """
from datetime import UTC, datetime
from django.core.management import call_command
from members.models import Job, Merchant
jobs = Job.objects.for_merchant(Merchant.objects.get()).filter(name="send")
print(jobs.get().state, jobs.get().attempts)
jobs.update(claimed_until=datetime(2026, 1, 1, tzinfo=UTC))
call_command("work", "--once")
print(jobs.get().state, jobs.get().attempts)
"""


def test_work_on_sqlite_killed_after_sending_loses_nothing(tmp_path: Path) -> None:
    """The same as above with a database in a file, as a newcomer runs it."""
    env = worker.environment(tmp_path, f"sqlite:///{tmp_path / 'shop.sqlite3'}")
    provider = tmp_path / "provider"
    prepared = worker.run(worker.WORKER, "shell", "-v0", "-c", SET_UP, env=env)
    assert prepared.returncode == 0, prepared.stderr
    killed = worker.run(worker.WORKER, "work", "--once", env={**env, "FAULT_POINT": "after_send:kill"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert provider.read_text() == "7"
    later = worker.run(worker.WORKER, "shell", "-v0", "-c", LATER, env=env)
    assert later.stdout.splitlines() == ["running 1", "done 2"], later.stderr
    assert provider.read_text() == "7"


def test_fault_point_kills_a_development_process_only(tmp_path: Path) -> None:
    keys = {name: os.urandom(32).hex() for name in ("SECRET_KEY", "LEDGER_KEY", "CARD_CODE_KEY")}
    env = worker.environment(tmp_path, "", FAULT_POINT="here:kill", **keys)
    env |= {"DJANGO_SETTINGS_MODULE": "loyalty_site.settings"}
    program = ["-c", "from loyalty_site.fault_points import reach; reach('there'); print(1); reach('here'); print(2)"]
    killed = worker.run(program, env={**env, "PYTHONUNBUFFERED": "1"})
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "1\n")
    assert worker.run(program, env={**env, "DEBUG": "0"}).stdout == "1\n2\n"
