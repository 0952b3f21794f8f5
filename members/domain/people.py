"""What can be done with people: enroll a member, add a contact, add and deactivate staff.

Promises: everything of one act is written together or not at all. What a person typed is brought into one spelling
first (`contacts`), and what can't be understood is a `ValidationError` naming the field. Acts on staff leave audit
entries; a member's row is the record of its own enrollment.

Does not issue cards, ask for proof, or look for duplicates: members of a household may share a contact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members import audit
from members.audit import Actor
from members.domain.contacts import normal_contact, normal_email, normal_name, normal_phone
from members.domain.merchants import local_now
from members.models import (
    Consent,
    ConsentPurpose,
    Contact,
    ContactKind,
    Member,
    Merchant,
    Role,
    Shift,
    Staff,
    Store,
    User,
)

OLDEST_YEARS = 120


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One agreement as given: what for, to which version of the text, and where (`portal`, `counter`)."""

    purpose: ConsentPurpose
    wording_version: str
    source: str


def enroll_member(
    *,
    merchant: Merchant,
    at: datetime,
    language: str,
    first_name: str = "",
    last_name: str = "",
    store: Store | None = None,
    email: str | None = None,
    phone: str | None = None,
    birth_date: date | None = None,
    user: User | None = None,
    consents: Iterable[GivenConsent] = (),
) -> Member:
    """Make a member with preferred, unconfirmed contacts and the consents given. Joins the caller's transaction.

    Raises:
        ValidationError: for a field that can't be understood, or a login that is a member here already.
        ValueError: the store is of another merchant.
    """
    if store is not None and store.merchant_id != merchant.pk:
        raise ValueError("a member joins at a store of the merchant")
    member = Member(
        merchant=merchant,
        user=user,
        first_name=normal_name(first_name, field="first_name"),
        last_name=normal_name(last_name, field="last_name"),
        birth_date=_possible_birth_date(birth_date, today=local_now(merchant, at).date()),
        language=_known_language(language),
        joined_at=at,
        joined_store=store,
    )
    contacts = [(ContactKind.EMAIL, normal_email(email))] if email else []
    contacts += [(ContactKind.PHONE, normal_phone(phone))] if phone else []
    if user is not None and Member.objects.for_merchant(merchant).filter(user=user).exists():
        raise ValidationError({"user": ValidationError(_("This login is a member here already."), code="taken")})
    with transaction.atomic():
        member.save(force_insert=True)
        for kind, value in contacts:
            Contact.objects.create(merchant=merchant, member=member, kind=kind, value=value, is_primary=True)
        for given in consents:
            Consent.objects.create(
                merchant=merchant,
                member=member,
                purpose=given.purpose,
                wording_version=given.wording_version,
                source=given.source,
                given_at=at,
            )
    return member


def add_contact(*, merchant: Merchant, member: Member, kind: ContactKind, value: str) -> Contact:
    """Return the member's contact of this value, made if they don't have it; the first of a kind is preferred.

    Raises:
        ValidationError: for the field `email`, `phone` or `postal`.
        ValueError: the member is of another merchant.
    """
    if member.merchant_id != merchant.pk:
        raise ValueError("a contact belongs to a member of the merchant")
    normal = normal_contact(kind, value)
    mine = Contact.objects.for_merchant(merchant).filter(member=member, kind=kind)
    with transaction.atomic():
        # Two first contacts at once queue here, so that only one of them becomes the preferred one.
        Member.objects.for_merchant(merchant).select_for_update().get(pk=member.pk)
        known = mine.filter(value=normal).first()
        if known is not None:
            return known
        is_first = not mine.filter(is_primary=True).exists()
        return Contact.objects.create(merchant=merchant, member=member, kind=kind, value=normal, is_primary=is_first)


def add_staff(
    *, merchant: Merchant, name: str, role: Role, actor: Actor, at: datetime, user: User | None = None
) -> Staff:
    """Add a person to the team, without a PIN yet.

    Raises:
        ValidationError: no name, an impossible one, or a login that is on the team already.
    """
    normal = normal_name(name, field="name")
    if not normal:
        raise ValidationError({"name": ValidationError(_("The name is missing."), code="required")})
    if user is not None and Staff.objects.for_merchant(merchant).filter(user=user).exists():
        raise ValidationError({"user": ValidationError(_("This login is on the team already."), code="taken")})
    with transaction.atomic():
        staff = Staff.objects.create(merchant=merchant, name=normal, role=Role(role), user=user)
        new = {"name": staff.name, "role": staff.role, "user": user}
        audit.record(merchant=merchant, at=at, action="staff.added", target=staff, actor=actor, new=new)
    return staff


def deactivate_staff(*, staff: Staff, actor: Actor, at: datetime, reason: str = "") -> bool:
    """Take a person off the team and end their shifts at once; False when they were off already.

    The row stays: bookings name it. `staff` gets the new value.

    Raises:
        ValidationError: the merchant's last active owner.
    """
    team = Staff.objects.for_merchant(staff.merchant_id)
    with transaction.atomic():
        # Locked in one order: two owners who deactivate each other at once must not both succeed.
        owners = list(team.filter(role=Role.OWNER, is_active=True).order_by("pk").select_for_update())
        if [owner.pk for owner in owners] == [staff.pk]:
            raise ValidationError(_("At least one owner stays on the team."), code="last_owner")
        if not team.filter(pk=staff.pk, is_active=True).update(is_active=False):
            return False
        Shift.objects.for_merchant(staff.merchant_id).filter(staff=staff, ended_at__isnull=True).update(ended_at=at)
        audit.record(
            merchant=staff.merchant,
            at=at,
            action="staff.deactivated",
            target=staff,
            actor=actor,
            old={"is_active": True},
            new={"is_active": False},
            reason=reason,
        )
    staff.is_active = False
    return True


def _known_language(language: str) -> str:
    """Return a language that the product speaks. Raises: ValidationError for `language`."""
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": ValidationError(_("This language is not available."), code="invalid")})
    return language


def _possible_birth_date(born: date | None, *, today: date) -> date | None:
    """Return a date of the past 120 years. Raises: ValidationError for `birth_date`."""
    if born is not None and not (today.year - OLDEST_YEARS <= born.year and born <= today):
        message = _("The birthday lies in the future or too long ago.")
        raise ValidationError({"birth_date": ValidationError(message, code="invalid")})
    return born
