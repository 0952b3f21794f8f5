"""The night of one merchant: expire what is due, then prove the ledger.

A job (``loyalty_site.jobs``), planned once per merchant and local day. Each step is idempotent, so that a night cut
short is simply done again. A finding of the proof is an alarm and no failure: doing the night again would not mend
it. It is logged, noted in the audit log, and shown by ``/metrics`` until a later proof finds nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from loyalty_site.proof_results import record_proof
from members.models import Merchant
from rewards.domain.expiry import expire_lots
from rewards.domain.proof import Finding, prove

logger = logging.getLogger(__name__)


def run_night(*, merchant: Merchant, at: datetime) -> tuple[Finding, ...]:
    """Do the merchant's night as of ``at`` and return what the proof found. Commits step by step."""
    accounts = expire_lots(merchant=merchant, at=at)
    with one_moment():
        findings = prove(merchant=merchant)
    record_proof(merchant=merchant, at=at, findings=len(findings))
    for finding in findings:
        where = {"table": finding.table, "row": finding.row, "account": finding.account}
        logger.error("ledger finding: %s", finding.what, extra=where)
    logger.info("night done", extra={"expired_accounts": accounts, "findings": len(findings)})
    return findings


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all reads of the block see the data of one moment, while others go on writing.

    The proof compares tables with each other; a booking between two of its reads would look like a forgery. Inside
    a transaction (tests) there is nothing to set up.
    """
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    sqlite: Any = connections[DEFAULT_DB_ALIAS]  # Any: the stubs don't know transaction_mode
    mode_before = sqlite.transaction_mode
    sqlite.transaction_mode = "DEFERRED"  # the usual IMMEDIATE would keep every writer waiting
    try:
        with transaction.atomic():
            yield
    finally:
        sqlite.transaction_mode = mode_before
