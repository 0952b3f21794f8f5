"""The worker: plans the periodic jobs and does all due ones, until it is told to stop.

Without Redis it looks into the table every ``--poll-seconds``. With REDIS_URL it listens to Redis and looks into the
table every 15 seconds, for what is due later, what Redis lost and what a dead worker left; while Redis is away it
goes on as if there were none. Any number of workers may run. SIGTERM and SIGINT let the current job finish. A
database that is away is waited for. Log lines are JSON (``loyalty_site.web.logs``).
"""

import argparse
import logging
import signal
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from redis.exceptions import RedisError

from loyalty_site import carrier, outbox
from loyalty_site.schedule import Planner

logger = logging.getLogger(__name__)
#: Seconds between two looks into the table while Redis brings the jobs.
SWEEP_SECONDS = 15.0
#: Jobs done between two looks at the schedule.
BATCH = 100
DATABASE_PAUSE_SECONDS = 5.0


def seconds(text: str) -> float:
    """Return a waiting time from 0.05 to 3600 seconds. Raises: ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not 0.05 <= value <= 3600:
        raise argparse.ArgumentTypeError("the seconds must lie between 0.05 and 3600")
    return value


class Command(BaseCommand):
    """Do durable jobs. See the module's docstring."""

    redis_is_away = False
    help = "Plan the periodic jobs and do all due ones, until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare --once and --poll-seconds."""
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument(
            "--poll-seconds", type=seconds, default=1.0, help="seconds between two looks without Redis (1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """Work until told to stop, or once."""
        stopping, planner = Event(), Planner()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopping.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        logger.info("worker started", extra={"redis": bool(settings.REDIS_URL)})
        try:
            if options["once"]:
                self.sweep(planner, stopping)
            while not options["once"] and not stopping.is_set():
                self.round(planner, stopping, poll_seconds=options["poll_seconds"])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        logger.info("worker stopped")

    def sweep(self, planner: Planner, stopping: Event) -> None:
        """Plan, then do due jobs until there are none, or until told to stop."""
        done = BATCH
        while done == BATCH and not stopping.is_set():
            outbox.refresh_connection()
            planner.plan(at=timezone.now())
            done = len(outbox.run_due(at=timezone.now(), limit=BATCH, stop=stopping.is_set))

    def round(self, planner: Planner, stopping: Event, *, poll_seconds: float) -> None:
        """Sweep once, then wait: at Redis if there is one, else by the clock."""
        try:
            self.sweep(planner, stopping)
        except (OperationalError, InterfaceError):
            logger.exception("the database is away or not migrated; trying again in %d seconds", DATABASE_PAUSE_SECONDS)
            stopping.wait(DATABASE_PAUSE_SECONDS)
            return
        if not self.listen(stopping):
            stopping.wait(poll_seconds)

    def listen(self, stopping: Event) -> bool:
        """Let Redis bring jobs until the next sweep; False if there is no Redis, or none that answers."""
        if not settings.REDIS_URL or stopping.is_set():
            return False
        try:
            carrier.listen(seconds=SWEEP_SECONDS, stop=stopping.is_set)
        except RedisError as error:
            if not self.redis_is_away:  # said once, not every second
                logger.warning("Redis is away; looking into the table", extra={"error": type(error).__name__})
            self.redis_is_away = True
            return False
        if self.redis_is_away:
            logger.warning("Redis is back")
        self.redis_is_away = False
        return True
