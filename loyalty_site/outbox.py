"""Works off the durable jobs that ``members.outbox.enqueue`` wrote. The row is the truth, a queue only a hint.

A job is **claimed** by a short transaction that writes when the claim ends (the handler's time limit and a margin),
**handled** outside of any transaction, and **finished** by another. So:

- Two workers never do one job at once: PostgreSQL skips rows that another one is claiming, and everywhere the claim
  is an update on condition that nobody claimed in between.
- A worker that is killed loses nothing: when its claim has ended, the next sweep does the job again. Handlers are
  idempotent for that reason. What a late claimant finishes counts only if nobody claimed the job after it.
- A job that fails is tried again after 1, 5, 15 minutes, 1, 3, 6, 12 hours, and is then *failed* for good: the
  metrics count it and a person decides.

``execute_job`` is what RQ calls with an id (``loyalty_site.carrier``); ``run_due`` is the sweep, and does everything
alone where there is no Redis. ``last_error`` and the log hold no contacts.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone

from loyalty_site import fault_points
from loyalty_site.jobs import kind_of, time_limit_of
from loyalty_site.time_limit import TookTooLong, time_limit
from loyalty_site.web.logs import clear_context, masked, set_context
from members.models import Job, JobState
from members.tenancy import TenantQuerySet

logger = logging.getLogger(__name__)

#: Minutes until the next attempt, after the first, second, ... one failed. No jitter: each job has its own row and
#: claim, so that many at once do no harm, and a person can tell when the next attempt will be.
RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720)
#: How long a claim outlives its handler's time limit, in seconds: interrupting and noting it takes a moment.
CLAIM_MARGIN_SECONDS = 60
_LONG_DIGITS = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Execution:
    """How one attempt ended: *done*, *waiting* for the next one, or *failed* for good."""

    job_id: int
    name: str
    attempt: int
    state: JobState


def run_due(*, at: datetime, limit: int, stop: Callable[[], bool] = lambda: False) -> list[Execution]:
    """Do up to ``limit`` due jobs, the longest due first, and return how each ended.

    ``at`` is the moment of the first one; for the following ones the time passed since is added. ``stop`` is asked
    before each job. Commits per job; must not be called inside a transaction.
    """
    executions: list[Execution] = []
    started, moment = time.monotonic(), at
    while len(executions) < limit and not stop():
        job = claim(at=moment)
        if job is None:
            break
        executions.append(_execute(job, at=moment))
        moment = at + timedelta(seconds=time.monotonic() - started)
    return executions


def execute_job(job_id: int) -> None:
    """Do one job now, if it is due and nobody does it: the task that RQ carries.

    Returns quietly when there is nothing to do (done, claimed or not yet due, unknown): a hint may come twice or
    late. A failing handler is noted in the row and raises nothing here, so that RQ does not try by itself.
    """
    refresh_connection()
    at = timezone.now()
    job = claim(at=at, job_id=job_id)
    if job is not None:
        _execute(job, at=at)


def refresh_connection() -> None:
    """Drop the database connection if it broke: a worker lives long and sees no requests, where Django does that."""
    if not connection.in_atomic_block:
        close_old_connections()


def claimable(at: datetime) -> TenantQuerySet[Job]:
    """Return the jobs of all merchants that are due at ``at`` and that no living worker has claimed."""
    return Job.objects.across_merchants(reason="one worker serves all merchants").filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=at),
        state__in=[JobState.WAITING, JobState.RUNNING],
        run_at__lte=at,
    )


def claim(*, at: datetime, job_id: int | None = None) -> Job | None:
    """Claim the longest due job, or the given one, and return it; None if there is none.

    A job whose last permitted attempt died with its worker is marked failed on the way.
    """
    while True:
        with transaction.atomic():
            # SQLite ignores the lock: its transactions begin with the only write lock there is.
            due = claimable(at).select_for_update(skip_locked=True, of=("self",)).select_related("merchant")
            if job_id is not None:
                due = due.filter(pk=job_id)
            job = due.order_by("run_at", "id").first()
            if job is None:
                return None
            if job.attempts < job.maximum_attempts:
                if _take(job, at=at):
                    return job
                continue
            _finish(job, state=JobState.FAILED, at=at, error="WorkerLost: the last attempt ended without a result")
        logger.error("job failed for good", extra={"job": job.name, "job_id": job.pk, "attempt": job.attempts})


def _take(job: Job, *, at: datetime) -> bool:
    """Note the claim unless somebody else did since ``job`` was read; tell whether it is ours."""
    until = at + timedelta(seconds=time_limit_of(job.name) + CLAIM_MARGIN_SECONDS)
    taken = _unchanged(job).update(state=JobState.RUNNING, attempts=job.attempts + 1, claimed_until=until)
    job.state, job.attempts, job.claimed_until = JobState.RUNNING, job.attempts + 1, until
    return taken == 1


def _unchanged(job: Job) -> TenantQuerySet[Job]:
    """Return the row if it is as ``job`` was read: each claim counts ``attempts`` up, which fences late claimants."""
    rows: TenantQuerySet[Job] = Job.objects.for_merchant(job.merchant_id)
    return rows.filter(pk=job.pk, state=job.state, attempts=job.attempts)


def _execute(job: Job, *, at: datetime) -> Execution:
    """Call the handler, write down how it ended, and log it."""
    set_context(request_id=f"job-{job.pk}", merchant=job.merchant.slug)
    started = time.monotonic()
    about = {"job": job.name, "job_id": job.pk, "attempt": job.attempts}
    try:
        fault_points.reach(fault_points.JOB_CLAIMED)
        error = _call(job, at=at)
        fault_points.reach(fault_points.JOB_HANDLED)
        seconds = round(time.monotonic() - started, 3)
        if error is None:
            ours = _finish(job, state=JobState.DONE, at=at + timedelta(seconds=seconds))
        elif job.attempts < job.maximum_attempts:
            ours = _retry(job, at=at, error=error)
        else:
            ours = _finish(job, state=JobState.FAILED, at=at + timedelta(seconds=seconds), error=error)
        fault_points.reach(fault_points.JOB_DONE)
        if not ours:
            logger.warning("job was claimed by another worker meanwhile", extra=about)
        elif job.state == JobState.FAILED:
            logger.error("job failed for good", extra={**about, "seconds": seconds})
        else:
            logger.info("job %s", "done" if error is None else "to be tried again", extra={**about, "seconds": seconds})
        return Execution(job_id=job.pk, name=job.name, attempt=job.attempts, state=JobState(job.state))
    finally:
        clear_context()


def _call(job: Job, *, at: datetime) -> str | None:
    """Call the handler within its time limit; return None, or the words for what it raised."""
    try:
        kind = kind_of(job.name)
        with time_limit(kind.seconds):
            kind.handler()(merchant=job.merchant, at=at, **job.arguments)
    except (Exception, TookTooLong) as error:  # whatever a handler raises is noted and tried again
        logger.exception("job raised", extra={"job": job.name, "job_id": job.pk, "attempt": job.attempts})
        return describe(error)
    return None


def describe(error: BaseException) -> str:
    """Return class and first line of an error, masked, at most 200 characters.

    Only the first line: a database's second one quotes the row. Long digit runs go too: they may be codes.
    """
    first_line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {_LONG_DIGITS.sub('[number]', masked(first_line))}"[:200]


def _retry(job: Job, *, at: datetime, error: str) -> bool:
    """Make the job due again later; tell whether it was still ours."""
    minutes = RETRY_MINUTES[min(job.attempts, len(RETRY_MINUTES)) - 1]
    updated = _unchanged(job).update(
        state=JobState.WAITING, run_at=at + timedelta(minutes=minutes), claimed_until=None, last_error=error
    )
    job.state = JobState.WAITING
    return updated == 1


def _finish(job: Job, *, state: JobState, at: datetime, error: str = "") -> bool:
    """Write the end of a job; tell whether it was still ours."""
    updated = _unchanged(job).update(state=state, finished_at=at, claimed_until=None, last_error=error)
    job.state = state
    return updated == 1
