"""`manage.py prove_ledger`: recompute every sum, lot and chain, and name the first row that is wrong.

Exit code 0 = everything holds, 1 = findings. Runs nightly as a job too (loyalty_site.journeys.nightly).
"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyalty_site.journeys.nightly import one_moment
from members.models import Merchant
from rewards.domain.proof import prove


class Command(BaseCommand):
    """Prove the ledgers of all merchants, or of one."""

    help = "Recompute all sums, lots and chains; names the first wrong row of each account. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --merchant SLUG and --json."""
        parser.add_argument("--merchant", help="only this merchant (its short name)")
        parser.add_argument("--json", action="store_true", help="one JSON object for each finding")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """Print one line for each merchant and each finding."""
        merchants = Merchant.objects.order_by("slug")
        if options["merchant"]:
            merchants = merchants.filter(slug=options["merchant"])
            if not merchants.exists():
                raise CommandError("No merchant has this short name.")
        wrong = 0
        for merchant in merchants:
            with one_moment():
                findings = prove(merchant=merchant)
            wrong += len(findings)
            for finding in findings:
                fields = {
                    "merchant": merchant.slug,
                    "what": finding.what,
                    "table": finding.table,
                    "row": finding.row,
                    "account": finding.account,
                    "detail": finding.detail,
                }
                text = " ".join(f"{name}={value}" for name, value in fields.items())
                self.stdout.write(json.dumps(fields) if options["json"] else text)
            if not options["json"]:
                self.stdout.write(f"{merchant.slug}: {'holds' if not findings else f'{len(findings)} findings'}")
        if wrong:
            raise CommandError(f"{wrong} findings.")
