"""The chain that makes a change behind the program's back visible.

Every transfer carries, for each card account it touches, HMAC-SHA256 over the hash before it on that account and
over everything the row says, under ``LEDGER_KEY``. Whoever changes, removes or slips in a row without that key
breaks the chain from that row on; ``rewards.domain.proof`` finds the first broken one. One chain a card account,
never a merchant: a common head would queue every scan of a shop.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

#: Grows when the content below changes meaning; old rows keep proving under their own version.
CHAIN_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChainContent:
    """What one transfer says, as the chain sees it."""

    booking: str
    content_hash: str
    debit_id: int
    credit_id: int
    unit: str
    amount: int
    reason: str
    rule_id: int | None
    reverses_id: int | None
    occurred_at: datetime
    expires_at: datetime | None


def next_hash(*, previous: str, account_id: int, sequence: int, content: ChainContent) -> str:
    """Return the account's chain hash after this transfer, 64 hexadecimal digits."""
    message = json.dumps(
        [
            CHAIN_VERSION,
            previous,
            account_id,
            sequence,
            content.booking,
            content.content_hash,
            content.debit_id,
            content.credit_id,
            content.unit,
            content.amount,
            content.reason,
            content.rule_id,
            content.reverses_id,
            _instant(content.occurred_at),
            _instant(content.expires_at) if content.expires_at else None,
        ],
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hmac.new(settings.LEDGER_KEY, message.encode(), hashlib.sha256).hexdigest()


def _instant(at: datetime) -> str:
    """One spelling for one moment, whatever zone the database hands it back in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
