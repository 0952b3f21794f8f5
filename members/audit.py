"""Who did what: the one way to write an `AuditEntry`.

Promises: an entry is written in the caller's transaction, so an act and its record stand or fall together. No
contact, name of a member, code or secret is readable in it (`audit_values`): entries are append-only and could never
forget one; of such fields it only says whether they changed. Bookings are their own record and not repeated here.

Does not decide who may do what, and never reads the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import models

from members.audit_values import hidden_pair, hidden_text
from members.models import AuditEntry, Member, Merchant, Staff, User
from members.tenancy import TenantQuerySet

MAX_REASON = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: `label` is shown, `staff` and `user` point to the person where one is known."""

    label: str
    staff: Staff | None = None
    user: User | None = None

    @classmethod
    def of_staff(cls, staff: Staff, *, user: User | None = None) -> Self:
        """Return a person at work; `user` is the login they used, none at the counter."""
        return cls(label=staff.name, staff=staff, user=user)

    @classmethod
    def of_member(cls, member: Member) -> Self:
        """Return a member acting on their own data: by id, because the entry outlives the person's data."""
        return cls(label=f"member {member.public_id}")

    @classmethod
    def job(cls, name: str) -> Self:
        """Return a job of the installation."""
        return cls(label=name)


def record(
    *,
    merchant: Merchant,
    at: datetime,
    action: str,
    target: models.Model,
    actor: Actor,
    old: Mapping[str, object] | None = None,
    new: Mapping[str, object] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one entry in the caller's transaction and return it.

    `action` reads `noun.verb` (`card.blocked`), up to 40 characters. `old` and `new` map field names to values.

    Raises:
        ValueError: the target or the actor is of another merchant, or the action is empty or too long.
        TypeError: a value is of a kind that can't be kept safely.
    """
    if not 1 <= len(action) <= 40:
        raise ValueError("an action has 1 to 40 characters")
    if any(thing is not None and _merchant_id_of(thing) not in {None, merchant.pk} for thing in (target, actor.staff)):
        raise ValueError("an entry never mixes two merchants")
    before, after = hidden_pair(old or {}, new or {})
    return AuditEntry.objects.create(
        merchant=merchant,
        at=at,
        action=action,
        object_type=target._meta.label_lower,
        object_id=str(target.pk),
        actor=hidden_text(actor.label, maximum=80),
        staff=actor.staff,
        user=actor.user,
        old=before,
        new=after,
        reason=shortened_reason(reason),
    )


def history_of(target: models.Model, *, merchant: Merchant) -> TenantQuerySet[AuditEntry]:
    """Return the entries about one object, the latest first."""
    about = AuditEntry.objects.for_merchant(merchant)
    return about.filter(object_type=target._meta.label_lower, object_id=str(target.pk))


def shortened_reason(reason: str) -> str:
    """Return a reason as it is kept: contacts hidden, at most 200 characters, the cut marked."""
    return hidden_text(reason.strip(), maximum=MAX_REASON)


def _merchant_id_of(thing: models.Model) -> int | None:
    """Return the merchant's id: of a tenant object, or of a merchant itself; logins have none."""
    if isinstance(thing, Merchant):
        return thing.pk
    merchant_id: int | None = getattr(thing, "merchant_id", None)
    return merchant_id
