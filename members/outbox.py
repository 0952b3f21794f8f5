"""Durable jobs, the writing side: note what is to be done in the transaction that makes it necessary.

Promises: the row is written in the caller's transaction and is the truth; after the commit the carrier gets the
row's id as a hint, and losing that hint loses nothing. Arguments are ids only: no contact, code or text of a person
reaches a queue.

Who works the jobs off, and when, stands in loyalty_site.outbox, which also registers the carrier.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from members.models import Job, Merchant

MAX_ARGUMENT_LENGTH = 64

Carrier = Callable[[int], None]


def _nobody(job_id: int) -> None:
    """Carry no hints: the worker finds the rows by itself."""


_carrier: Carrier = _nobody


def set_carrier(carrier: Carrier | None) -> None:
    """Register who is told a new job's id after the commit that wrote it; None for nobody. Once, at start."""
    global _carrier  # noqa: PLW0603  # one carrier a process, set while the app starts
    _carrier = carrier or _nobody


def enqueue(
    *, merchant: Merchant, name: str, arguments: Mapping[str, int | str], run_at: datetime, unique_key: str = ""
) -> Job | None:
    """Write a job in the caller's transaction and return it; None when one with this name and key exists already.

    `run_at` is when it is due; a hint is given at once even for a later job. With a `unique_key` (up to 100
    characters) any number of planners make one job, at the price of a second statement; the transaction stays
    usable either way.

    Raises:
        ValueError: a name or key that doesn't fit, or an argument that is no id (no int or str, longer than 64
            characters, with an @, or starting like a phone number).
    """
    if not 1 <= len(name) <= 60 or len(unique_key) > 100 or "@" in unique_key:
        raise ValueError("a job's name has 1 to 60 characters, its unique key up to 100 and no @")
    for argument, value in arguments.items():
        if not _is_id(value):
            raise ValueError(f"{name}: the argument {argument} is no id")
    job = Job(merchant=merchant, name=name, arguments=dict(arguments), run_at=run_at, unique_key=unique_key)
    if not unique_key:
        job.save(force_insert=True)
    elif not _insert_once(job):
        return None
    job_id = job.pk
    # A carrier that fails is logged by Django (by the function's name, which a partial lacks) and nothing more: the
    # sweep finds the row.
    transaction.on_commit(lambda: _carrier(job_id), robust=True)
    return job


def _insert_once(job: Job) -> bool:
    """Insert unless the key is taken, without an error that would break a PostgreSQL transaction.

    Of two planners at once, the second waits for the first one's commit (ON CONFLICT DO NOTHING). The insert does
    not say what it did, so the row is looked for by the id that this call made.
    """
    Job.objects.bulk_create([job], ignore_conflicts=True)
    inserted = Job.objects.for_merchant(job.merchant_id).filter(public_id=job.public_id).values_list("pk", flat=True)
    job.pk = inserted.first()
    return job.pk is not None


def _is_id(value: object) -> bool:
    """Tell whether a value can only be an id, a state, a date or a word: never an address or a phone number."""
    if isinstance(value, str):
        return len(value) <= MAX_ARGUMENT_LENGTH and "@" not in value and not value.startswith("+")
    return isinstance(value, int) and not isinstance(value, bool)
