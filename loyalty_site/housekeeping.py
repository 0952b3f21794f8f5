"""Periodic jobs that clear away what only the installation itself needed. Personal data are journeys' business."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings

from members.models import Job, JobState, Merchant

#: How long a done job stays to be looked at. Failed ones stay until a person has dealt with them.
KEEP_DONE_DAYS = 30


def purge_jobs(*, merchant: Merchant, at: datetime) -> int:
    """Delete the merchant's jobs that were done more than 30 days ago; return how many."""
    old = Job.objects.for_merchant(merchant).filter(
        state=JobState.DONE, finished_at__lt=at - timedelta(days=KEEP_DONE_DAYS)
    )
    deleted, _by_model = old.delete()
    return int(deleted)


def clear_sessions(*, merchant: Merchant, at: datetime) -> None:
    """Delete the expired sessions of the whole installation; ``merchant`` is only the job's home.

    Sessions belong to no merchant, and Django compares their expiry with its own clock.
    """
    del merchant, at
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
