"""Jobs are written with the business change and hinted after its commit; their arguments are ids."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from members import outbox
from members.models import Job, JobState, Merchant
from tests.factories import NOW


@pytest.fixture
def hints() -> Iterator[list[int]]:
    """What the carrier was told; nobody is registered afterwards."""
    told: list[int] = []
    outbox.set_carrier(told.append)
    yield told
    outbox.set_carrier(None)


def _enqueue(merchant: Merchant, unique_key: str = "", **arguments: Any) -> Job | None:  # Any: wrong kinds, too
    return outbox.enqueue(merchant=merchant, name="send", arguments=arguments, run_at=NOW, unique_key=unique_key)


def test_enqueue_writes_a_waiting_job(merchant: Merchant) -> None:
    job = _enqueue(merchant, delivery=7, channel="sms")

    assert job is not None
    kept = Job.objects.for_merchant(merchant).get()
    assert (kept.pk, kept.name, kept.arguments) == (job.pk, "send", {"delivery": 7, "channel": "sms"})
    assert (kept.run_at, kept.state, kept.attempts) == (NOW, JobState.WAITING, 0)


def test_enqueue_hints_after_the_commit_and_not_before(
    merchant: Merchant, hints: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = _enqueue(merchant, delivery=7)
        assert hints == []

    assert job is not None
    assert hints == [job.pk]


def test_enqueue_rolled_back_leaves_no_job_and_no_hint(
    merchant: Merchant, hints: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError), transaction.atomic():
        _enqueue(merchant, delivery=7)
        _ = 1 / 0

    assert not Job.objects.for_merchant(merchant).exists()
    assert hints == []


def test_enqueue_with_a_failing_carrier_keeps_the_job(
    merchant: Merchant,
    hints: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(job_id: int) -> None:
        raise ConnectionError("no queue")

    outbox.set_carrier(fail)
    with django_capture_on_commit_callbacks(execute=True):
        _enqueue(merchant, delivery=7)

    assert Job.objects.for_merchant(merchant).count() == 1
    assert "no queue" in caplog.text


def test_enqueue_same_key_twice_makes_one_job_and_one_hint(
    merchant: Merchant, hints: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        first = _enqueue(merchant, unique_key="nightly 2026-11-24")
        assert _enqueue(merchant, unique_key="nightly 2026-11-24") is None
        # On PostgreSQL an integrity error would have broken the transaction: it can still write.
        other = _enqueue(merchant, unique_key="nightly 2026-11-25")

    assert first is not None
    assert other is not None
    assert list(Job.objects.for_merchant(merchant).order_by("pk")) == [first, other]
    assert hints == [first.pk, other.pk]


def test_enqueue_same_key_for_another_merchant_or_job_is_another_job(
    merchant: Merchant, other_merchant: Merchant
) -> None:
    assert _enqueue(merchant, unique_key="k") is not None
    assert _enqueue(other_merchant, unique_key="k") is not None
    assert outbox.enqueue(merchant=merchant, name="other", arguments={}, run_at=NOW, unique_key="k") is not None


def test_enqueue_without_key_may_repeat(merchant: Merchant) -> None:
    _enqueue(merchant, delivery=7)
    _enqueue(merchant, delivery=7)

    assert Job.objects.for_merchant(merchant).count() == 2


def test_enqueue_costs_one_statement(merchant: Merchant, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        _enqueue(merchant, delivery=7)


@pytest.mark.parametrize(
    "value",
    ["anna@example.org", "x" * 65, "+491701234567", True, 1.5, None, ["7"], {"id": 7}],
    ids=["e-mail", "long", "phone", "bool", "float", "none", "list", "dict"],
)
def test_enqueue_argument_that_is_no_id_is_refused(value: Any, merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="recipient is no id"):
        _enqueue(merchant, recipient=value)

    assert not Job.objects.for_merchant(merchant).exists()


def test_enqueue_refusal_does_not_repeat_the_value(merchant: Merchant) -> None:
    with pytest.raises(ValueError) as refusal:
        _enqueue(merchant, recipient="anna@example.org")

    assert "anna" not in str(refusal.value)


@pytest.mark.parametrize(
    "value", [0, -1, "", "x" * 64, "001e0d52-5a0c-4c5e-9b0f-3a2f0e7d9c11", "2026-11-24T02:00:00+01:00"]
)
def test_enqueue_argument_that_is_an_id_is_kept(value: int | str, merchant: Merchant) -> None:
    job = _enqueue(merchant, thing=value)

    assert job is not None
    job.refresh_from_db()
    assert job.arguments == {"thing": value}


@pytest.mark.parametrize(("name", "key"), [("", ""), ("x" * 61, ""), ("send", "k" * 101), ("send", "a@example.org")])
def test_enqueue_name_or_key_that_does_not_fit_is_refused(name: str, key: str, merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="unique key"):
        outbox.enqueue(merchant=merchant, name=name, arguments={}, run_at=NOW, unique_key=key)
