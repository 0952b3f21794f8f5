"""Which handler does which job: the one list, by name.

A handler is a function ``handler(*, merchant, at, **arguments)``. It is idempotent, because a worker may die between
its effect and the note that it is done; it takes ids only and looks the rest up by merchant and id; it raises when
it should be tried again. What it returns is ignored.

Handlers are named by path and imported when a job is done, so that this list imports no part of the product. To add
a job: write the handler, add a line here, and ``members.outbox.enqueue`` it by its name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.utils.module_loading import import_string

from members.models import Merchant


class Handler(Protocol):
    """What a job's function looks like; ``arguments`` are the row's."""

    def __call__(self, *, merchant: Merchant, at: datetime, **arguments: int | str) -> object:
        """Do the job for ``merchant`` as of ``at``."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A handler's dotted path, and after how many seconds it is interrupted and tried again later."""

    path: str
    seconds: int = 120

    def handler(self) -> Handler:
        """Import and return the handler. Raises: ImportError if the path leads nowhere."""
        return cast("Handler", import_string(self.path))


class UnknownJob(LookupError):
    """No handler has this name: a job of a newer release, or a wrong name."""


KINDS: dict[str, JobKind] = {
    "nightly": JobKind("loyalty_site.journeys.nightly.run_night", seconds=3600),
    "purge_jobs": JobKind("loyalty_site.housekeeping.purge_jobs", seconds=600),
    "clear_sessions": JobKind("loyalty_site.housekeeping.clear_sessions", seconds=600),
}


def kind_of(name: str) -> JobKind:
    """Return the kind of a job. Raises: UnknownJob."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownJob(name) from None


def time_limit_of(name: str) -> int:
    """Return the seconds a job of this name may take, also for a name that nobody knows."""
    return KINDS[name].seconds if name in KINDS else JobKind("").seconds
