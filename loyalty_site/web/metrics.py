"""``/metrics`` in Prometheus' text format, for whoever has ``METRICS_TOKEN``.

Numbers of the whole installation, without names or ids of merchants or people. Without a token the page does not
exist. The bookings are counted once and then from where the last scrape ended (they are append-only), so a scrape
costs the same after years: see ``BookingCounter``.
"""

import hmac
import platform
import resource
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty_site.proof_results import latest_proofs
from loyalty_site.web.health import queue_age
from members.models import Job, JobState
from rewards.models import Booking, BookingKind, BookingOutcome, Redemption, RedemptionState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: No transaction takes that long: what has an id below that of a booking this old has long been committed.
SETTLED_AFTER = timedelta(minutes=10)
_STARTED = time.time()
Labels = Mapping[str, str]


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the metrics; 404 where no token is set, 401 for a wrong or missing one."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not known:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    return HttpResponse(render(families(at=timezone.now())), content_type=CONTENT_TYPE)


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples: labels and value of each."""

    name: str
    kind: str
    help: str
    samples: tuple[tuple[Labels, float], ...]


def render(found: Iterable[Family]) -> str:
    """Return the families in the text format, version 0.0.4."""
    lines = []
    for family in found:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for labels, value in family.samples:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            lines.append(f"{family.name}{{{inside}}} {value:.15g}" if inside else f"{family.name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def families(*, at: datetime) -> list[Family]:
    """Return every metric as of ``at``. Reads only."""
    return [*_booking_families(at=at), *_job_families(at=at), *_proof_families(at=at), *_process_families()]


class BookingCounter:
    """Counts all bookings by kind and outcome, each of them once per process.

    Keeps the counts up to the newest booking that is old enough for everything before it to be committed, and adds
    on each call what came after it.
    """

    def __init__(self) -> None:
        self._settled: tuple[int, Counter[tuple[str, str]]] = (0, Counter())

    def count(self, *, at: datetime) -> Counter[tuple[str, str]]:
        """Return how many bookings there are by (kind, outcome); two queries."""
        base_id, base = self._settled
        newer = Booking.objects.across_merchants(reason="metrics of the installation").filter(pk__gt=base_id)
        last = newer.filter(recorded_at__lte=at - SETTLED_AFTER).aggregate(last=Max("pk"))["last"] or base_id
        rows = newer.order_by().values_list("kind", "outcome")
        counts, settled = base.copy(), base.copy()
        for kind, outcome, count, old in rows.annotate(Count("pk"), old=Count("pk", filter=Q(pk__lte=last))):
            counts[kind, outcome] += count
            settled[kind, outcome] += old
        # One assignment: threads that count at the same time never mix an id with another's counts.
        self._settled = (last, settled)
        return counts


_bookings = BookingCounter()


def _booking_families(*, at: datetime) -> list[Family]:
    counts = _bookings.count(at=at)
    reserved = Redemption.objects.across_merchants(reason="metrics of the installation").filter(
        state=RedemptionState.RESERVED
    )
    samples = tuple(
        ({"kind": kind, "outcome": outcome}, counts[kind, outcome])
        for kind in BookingKind.values
        for outcome in BookingOutcome.values
    )
    return [
        Family("stammkarte_bookings_total", "counter", "Requests decided, by kind and outcome.", samples),
        Family(
            "stammkarte_redemptions_total",
            "counter",
            "Rewards redeemed, later undone ones included.",
            (({}, counts[BookingKind.REDEEM, BookingOutcome.POSTED]),),
        ),
        Family(
            "stammkarte_redemptions_reserved",
            "gauge",
            "Rewards booked and not yet handed over.",
            (({}, reserved.count()),),
        ),
    ]


def _job_families(*, at: datetime) -> list[Family]:
    jobs = Job.objects.across_merchants(reason="metrics of the installation")
    states = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
    counts = dict(jobs.filter(state__in=states).order_by().values_list("state").annotate(Count("pk")))
    return [
        Family(
            "stammkarte_jobs",
            "gauge",
            "Durable jobs that are not done; failed ones wait for a person.",
            tuple(({"state": state.value}, counts.get(state.value, 0)) for state in states),
        ),
        Family(
            "stammkarte_job_queue_age_seconds",
            "gauge",
            "For how long the longest waiting due job has been due.",
            (({}, queue_age(at=at).total_seconds()),),
        ),
    ]


def _proof_families(*, at: datetime) -> list[Family]:
    proofs = latest_proofs(at=at)
    return [
        Family(
            "stammkarte_ledger_findings",
            "gauge",
            "Findings of the latest proof of each merchant's ledger, together; anything but 0 is an alarm.",
            (({}, proofs.findings),),
        ),
        Family(
            "stammkarte_ledger_proof_age_seconds",
            "gauge",
            "Age of the latest proof of the ledger that was proved longest ago.",
            (({}, proofs.oldest.total_seconds()),),
        ),
    ]


def _process_families() -> list[Family]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    about = {"django": django.get_version(), "python": platform.python_version(), "database": connection.vendor}
    return [
        Family("stammkarte_info", "gauge", "Versions of this process.", ((about, 1),)),
        Family("process_start_time_seconds", "gauge", "When this process started.", (({}, _STARTED),)),
        Family("process_cpu_seconds_total", "counter", "CPU time used.", (({}, used.ru_utime + used.ru_stime),)),
        Family("process_resident_memory_bytes", "gauge", "Memory in use.", (({}, memory),)),
    ]
