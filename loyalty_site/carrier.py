"""Carries the ids of new jobs through Redis (RQ), so that a worker hears of them at once instead of by looking.

Only a hint: RQ gets one integer, in JSON, and nothing depends on an RQ job or its result. When Redis is away the
web process logs that and goes on, on purpose, because the worker's sweep finds every row; after a failure Redis is
left alone for some seconds, so that an outage doesn't slow each request. ``listen`` is the worker's side; any other
RQ worker that knows the JSON serializer may listen as well.
"""

import logging
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job as CarriedJob
from rq.serializers import JSONSerializer

TASK = "loyalty_site.outbox.execute_job"
QUEUE = "default"
#: How long a web process waits for Redis, and leaves it alone after a failure.
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 10.0
#: RQ wants its worker's connection to wait for at least the first minus five; a hung Redis is noticed after that.
WORKER_TTL_SECONDS, LISTEN_TIMEOUT_SECONDS = 20, 15.0
#: RQ's own limit lies beyond every job's (loyalty_site.jobs), which is the one that counts.
RQ_LIMIT_SECONDS = 2 * 3600

logger = logging.getLogger(__name__)
logging.getLogger("rq.worker").setLevel(logging.WARNING)
_paused_until = 0.0


@cache
def _connection(url: str, *, timeout_seconds: float) -> Redis:
    """Return this process's connections to Redis; a second try at once covers a connection that went stale."""
    return Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 1),
    )


def queue() -> Queue:
    """Return RQ's queue of hints."""
    connection = _connection(settings.REDIS_URL, timeout_seconds=PATIENCE_SECONDS)
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def carry(job_id: int) -> None:
    """Tell the workers that this job was committed. A failing Redis is logged; the sweep finds the row."""
    global _paused_until  # noqa: PLW0603  # one pause a process
    if time.monotonic() < _paused_until:
        return
    try:
        queue().enqueue_call(TASK, args=(job_id,), timeout=RQ_LIMIT_SECONDS, result_ttl=0, failure_ttl=24 * 3600)
    except RedisError as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Redis did not take a job; the sweep will find it", extra={"error": type(error).__name__})


def listen(*, seconds: float, stop: Callable[[], bool]) -> None:
    """Do what Redis brings for so many seconds, or until ``stop`` says so after the current job.

    Raises:
        RedisError: Redis is away; the caller goes on by looking into the table.
    """
    until = time.monotonic() + seconds
    worker = HintWorker(
        [QUEUE],
        connection=_connection(settings.REDIS_URL, timeout_seconds=LISTEN_TIMEOUT_SECONDS),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
    )
    worker.leave = lambda: stop() or time.monotonic() >= until
    worker.work()


class HintWorker(SimpleWorker):
    """An RQ worker that works in this process and returns to its caller.

    Unlike its base it leaves the signals to the caller, does not wait for Redis to come back, and takes no orders
    from a channel.
    """

    leave: Callable[[], bool]

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> "tuple[CarriedJob, Queue] | None":
        """Wait for the next hint, a second at a time; None when it is time to leave."""
        self.set_state("idle")
        while not self.leave():
            self.heartbeat()
            try:
                return self.queue_class.dequeue_any(
                    self.queues,
                    1,
                    connection=self.connection,
                    job_class=self.job_class,
                    serializer=self.serializer,
                    death_penalty_class=self.death_penalty_class,
                )
            except DequeueTimeout:
                continue
        return None

    def subscribe(self) -> None:
        """Take no orders."""

    def _install_signal_handlers(self) -> None:
        """Leave SIGTERM to the command."""
