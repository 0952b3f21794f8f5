"""What can be done with a merchant: make all processes read its rules anew, and tell its local time."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F

from members.models import Merchant


def touch_rules(*, merchant: Merchant) -> None:
    """Count up `rules_version`, so that the next booking in any process compiles the rules anew.

    To be called in the transaction that changes a program, rule, reward or limit; the merchant's row stays locked
    until its commit. `merchant` gets the new version.
    """
    Merchant.objects.filter(pk=merchant.pk).update(rules_version=F("rules_version") + 1)
    merchant.refresh_from_db(fields=["rules_version"])


def local_now(merchant: Merchant, at: datetime) -> datetime:
    """Return `at` in the merchant's time zone.

    Raises:
        ValueError: `at` is naive.
        zoneinfo.ZoneInfoNotFoundError: the merchant's time zone is none.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(ZoneInfo(merchant.timezone))
