"""Housekeeping clears what is old and nothing else."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from loyalty_site.housekeeping import clear_sessions, purge_jobs
from members.models import Job, JobState, Merchant
from members.outbox import enqueue
from tests.factories import NOW


def ended(merchant: Merchant, *, days_ago: int, state: JobState = JobState.DONE) -> Job:
    job = enqueue(merchant=merchant, name="nightly", arguments={}, run_at=NOW)
    assert job is not None
    Job.objects.for_merchant(merchant).filter(pk=job.pk).update(state=state, finished_at=NOW - timedelta(days=days_ago))
    return job


def test_purge_jobs_deletes_the_merchants_old_done_ones_only(merchant: Merchant, other_merchant: Merchant) -> None:
    ended(merchant, days_ago=31)
    kept = [ended(merchant, days_ago=30), ended(merchant, days_ago=400, state=JobState.FAILED)]
    kept.append(enqueue(merchant=merchant, name="nightly", arguments={}, run_at=NOW - timedelta(days=90)) or kept[0])
    foreign = ended(other_merchant, days_ago=31)
    assert purge_jobs(merchant=merchant, at=NOW) == 1
    assert purge_jobs(merchant=merchant, at=NOW) == 0
    assert list(Job.objects.for_merchant(merchant).order_by("pk")) == kept
    assert list(Job.objects.for_merchant(other_merchant)) == [foreign]


def test_clear_sessions_deletes_expired_ones_only(merchant: Merchant) -> None:
    now = timezone.now()
    for key, expires in (("old", now - timedelta(days=1)), ("new", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    clear_sessions(merchant=merchant, at=NOW)
    assert [session.session_key for session in Session.objects.all()] == ["new"]
