"""Two addresses for machines: is this process alive, and may it get traffic?

``/livez`` answers without touching the database: restart the process when it doesn't. ``/readyz`` looks at the
database, its migrations and the age of the oldest due job, and says which of them failed, never why: the log does.
Both answer anybody, and so reveal nothing else.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty_site.outbox import claimable

logger = logging.getLogger(__name__)
#: How long a due job may wait before somebody should look: then no worker runs, or far too few.
MAXIMUM_QUEUE_AGE = timedelta(minutes=10)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process takes requests."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 with the name of the check that failed; the later ones were not tried then."""
    failed = first_failed(at=timezone.now())
    if failed is None:
        return JsonResponse({"status": "ready"})
    return JsonResponse({"status": "not ready", "failed": failed}, status=503)


def first_failed(*, at: datetime) -> str | None:
    """Return "database", "migrations" or "jobs", whichever fails first, or None."""
    try:
        if not is_migrated():
            return "migrations"
        if queue_age(at=at) > MAXIMUM_QUEUE_AGE:
            return "jobs"
    except DatabaseError:
        logger.exception("not ready: the database does not answer")
        return "database"
    return None


def is_migrated() -> bool:
    """Tell whether the database has every migration that this release knows."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def queue_age(*, at: datetime) -> timedelta:
    """Return for how long the longest waiting due job has been due; zero if there is none."""
    oldest: datetime | None = claimable(at).aggregate(oldest=Min("run_at"))["oldest"]
    return at - oldest if oldest else timedelta()
