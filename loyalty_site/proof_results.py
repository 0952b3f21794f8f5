"""What the nightly proofs of the ledgers found, kept where it outlives caches and restarts: in the audit log.

One entry a night and merchant says how many findings there were; the findings themselves are in the log and can be
had again by proving again. ``/metrics`` reads the latest entry of each merchant.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import IntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from members.audit import Actor, record
from members.models import AuditEntry, Merchant

ACTION = "ledger.proved"


@dataclass(frozen=True, slots=True)
class ProofSummary:
    """All active merchants' latest proofs together; ``oldest`` is the age of the one proved longest ago."""

    findings: int
    oldest: timedelta


def record_proof(*, merchant: Merchant, at: datetime, findings: int) -> None:
    """Note that the merchant's ledger was proved at ``at``, and how many findings there were."""
    record(
        merchant=merchant,
        at=at,
        action=ACTION,
        target=merchant,
        actor=Actor.job("nightly"),
        new={"findings": findings},
    )


def latest_proofs(*, at: datetime) -> ProofSummary:
    """Return what the latest proofs say, in one query. A merchant never proved counts from its beginning."""
    entries = AuditEntry.objects.filter(merchant=OuterRef("pk"), action=ACTION).order_by("-at", "-pk")
    number = Cast(KeyTextTransform("findings", "new"), IntegerField())
    rows = list(
        Merchant.objects.filter(is_active=True)
        .annotate(
            proved_at=Coalesce(Subquery(entries.values("at")[:1]), "created_at"),
            findings=Subquery(entries.annotate(number=number).values("number")[:1]),
        )
        .values_list("proved_at", "findings")
    )
    return ProofSummary(
        findings=sum(findings or 0 for _proved_at, findings in rows),
        oldest=max((at - proved_at for proved_at, _findings in rows), default=timedelta()),
    )
