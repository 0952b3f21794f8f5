"""Doors of a till: the API key of a cash register, and the pairing of a counter device.

Promises: a key or token is shown once and kept as SHA-256 of 256 random bits, compared in constant time. A pairing
code works once, for minutes, and only the last one of a till. Keys of an inactive till, store or merchant open
nothing. Everything but opening the door leaves an audit entry.

Key and token read `stk_<till's public id>_<secret>` and `std_…`: a leaked one is recognised by its beginning, and the
till is found by index before the secret is compared.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from members import audit
from members.audit import Actor
from members.card_numbers import UnreadableCode, new_number, parse
from members.models import Shift, Till, TillPairing
from members.tenancy import TenantQuerySet

API_PREFIX = "stk"
DEVICE_PREFIX = "std"
PAIRING_MINUTES = 10
SEEN_EVERY_SECONDS = 60
_KEY = re.compile(r"(stk|std)_([0-9a-f]{32})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Paired:
    """A counter device just paired: its till, and the token for its cookie, which nobody sees again."""

    till: Till
    device_token: str = field(repr=False)


def make_api_key(*, till: Till, actor: Actor, at: datetime) -> str:
    """Give the till a new API key and return it, the only time it is readable; an older key ends at once."""
    key = _new_key(API_PREFIX, till)
    _change(
        till,
        "till.api_key_made",
        actor,
        at,
        {"api_key_hash": _digest(key), "api_key_made_at": at},
    )
    return key


def revoke_api_key(*, till: Till, actor: Actor, at: datetime) -> None:
    """End the till's API key, if it has one."""
    _change(till, "till.api_key_revoked", actor, at, {"api_key_hash": "", "api_key_made_at": None})


def till_for_api_key(key: str) -> Till | None:
    """Return the till (store and merchant loaded, in one query) whose API key this is; None for anything else."""
    return _till_for(key, API_PREFIX)


def till_for_device(token: str) -> Till | None:
    """Return the till (store and merchant loaded, in one query) that this device is paired with, or None."""
    return _till_for(token, DEVICE_PREFIX)


def start_pairing(*, till: Till, actor: Actor, at: datetime, ttl_minutes: int = PAIRING_MINUTES) -> str:
    """Return a code of 12 symbols (show it `grouped`) that pairs one device; older codes of the till end.

    Made like a card number, so that it survives a scanner and a slip of the finger is noticed.
    """
    code = new_number()
    mine = TillPairing.objects.for_merchant(till.merchant_id).filter(till=till)
    with transaction.atomic():
        # Two pairings of one till at once queue here, so that the later code ends the earlier one.
        Till.objects.for_merchant(till.merchant_id).select_for_update().get(pk=till.pk)
        mine.filter(used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
        TillPairing.objects.create(
            merchant_id=till.merchant_id,
            till=till,
            code_hash=_code_digest(code),
            created_by=actor.staff,
            expires_at=at + timedelta(minutes=ttl_minutes),
        )
        audit.record(merchant=till.merchant, at=at, action="till.pairing_started", target=till, actor=actor)
    return code


def pair_device(*, code: str, at: datetime) -> Paired | None:
    """Pair the device that shows this code, in any spelling; None when the code is not, or no longer, good.

    The till's former device and its open shift end. Of two devices with one code, one is paired: the code is used up
    by a conditional update.
    """
    try:
        digest = _code_digest(parse(code).number)
    except UnreadableCode:
        return None
    everywhere = TillPairing.objects.across_merchants(reason="a device to be paired belongs to no merchant yet")
    pairing = (
        everywhere.filter(code_hash=digest, used_at__isnull=True, expires_at__gt=at)
        .filter(till__is_active=True, till__store__is_active=True, merchant__is_active=True)
        .select_related("till__store", "till__merchant", "created_by")
        .first()
    )
    if pairing is None:
        return None
    till, token = pairing.till, _new_key(DEVICE_PREFIX, pairing.till)
    actor = Actor.of_staff(pairing.created_by) if pairing.created_by else Actor.job("pairing")
    unused = TillPairing.objects.for_merchant(till.merchant_id).filter(pk=pairing.pk, used_at__isnull=True)
    with transaction.atomic():
        if not unused.filter(expires_at__gt=at).update(used_at=at):
            return None
        _change(till, "till.paired", actor, at, {"device_hash": _digest(token), "paired_at": at})
        _end_shifts(till, at)
    return Paired(till=till, device_token=token)


def unpair_device(*, till: Till, actor: Actor, at: datetime) -> None:
    """End the till's pairing and its open shift: the device's next request finds the door closed."""
    with transaction.atomic():
        _change(till, "till.unpaired", actor, at, {"device_hash": "", "paired_at": None})
        _end_shifts(till, at)


def note_seen(*, till: Till, at: datetime) -> None:
    """Remember that the till showed up; writes at most once a minute, and nothing if `till` says it is recent."""
    oldest = at - timedelta(seconds=SEEN_EVERY_SECONDS)
    if till.last_seen_at is None or till.last_seen_at < oldest:
        Till.objects.for_merchant(till.merchant_id).filter(pk=till.pk).update(last_seen_at=at)
        till.last_seen_at = at


def _till_for(key: str, prefix: str) -> Till | None:
    """Find the active till of a well-formed key and compare the secret in constant time."""
    form = _KEY.fullmatch(key)
    if form is None or form.group(1) != prefix:
        return None
    digest = _digest(key)
    for till in _at_the_door(UUID(form.group(2))):
        if hmac.compare_digest(till.api_key_hash if prefix == API_PREFIX else till.device_hash, digest):
            return till
    return None


def _at_the_door(public_id: UUID) -> TenantQuerySet[Till]:
    """Return the active till of this id: one, unless an import brought the same id to two merchants."""
    return (
        Till.objects.across_merchants(reason="a key at the door: the till it names tells the merchant")
        .filter(public_id=public_id, is_active=True, store__is_active=True, merchant__is_active=True)
        .select_related("store", "merchant")
        .order_by()
    )


def _new_key(prefix: str, till: Till) -> str:
    """Return a new key: 256 random bits behind the till's public id."""
    return f"{prefix}_{till.public_id.hex}_{secrets.token_urlsafe(32)}"


def _digest(key: str) -> str:
    """Return the SHA-256 by which a key is kept; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def _code_digest(code: str) -> str:
    """Return the keyed hash of a pairing code: its 53 bits alone could be found from a stolen table."""
    return salted_hmac("members.till_pairing", code, algorithm="sha256").hexdigest()


def _change(till: Till, action: str, actor: Actor, at: datetime, changes: dict[str, str | datetime | None]) -> None:
    """Write fields of the till together with the audit entry; `till` gets the new values."""
    old = {name: getattr(till, name) for name in changes}
    with transaction.atomic():
        Till.objects.for_merchant(till.merchant_id).filter(pk=till.pk).update(**changes)
        audit.record(merchant=till.merchant, at=at, action=action, target=till, actor=actor, old=old, new=changes)
    for name, value in changes.items():
        setattr(till, name, value)


def _end_shifts(till: Till, at: datetime) -> None:
    """End the till's open shift: who stood there stood at the former device."""
    Shift.objects.for_merchant(till.merchant_id).filter(till=till, ended_at__isnull=True).update(ended_at=at)
