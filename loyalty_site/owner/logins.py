"""Logins of people in the office, found or made by e-mail address.

A login is shared by merchants, so nothing here changes one or tells whether it existed: an owner who enters an
address only says that its holder may come in. The holder logs in with a code by e-mail.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members import audit
from members.audit import Actor
from members.models import Staff, User


def login_for(email: str) -> User:
    """Return the login of a normalised address; made without a password when there is none."""
    return User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)


def refuse_taken(*, staff_id: int | None, merchant_id: int, email: str) -> None:
    """Refuse an address that another person of this team logs in with.

    Raises:
        ValidationError: for the field `email`.
    """
    team = Staff.objects.for_merchant(merchant_id).filter(user__email__iexact=email)
    if team.exclude(pk=staff_id or 0).exists():
        raise ValidationError({"email": _("Somebody on the team logs in with this address already.")})


def link_login(*, staff: Staff, email: str, actor: Actor, at: datetime) -> None:
    """Let the holder of an address in as this person, or nobody when it is empty; `staff` gets the new login."""
    before = staff.user
    with transaction.atomic():
        after = login_for(email) if email else None
        if before == after:
            return
        Staff.objects.for_merchant(staff.merchant_id).filter(pk=staff.pk).update(user=after)
        audit.record(
            merchant=staff.merchant,
            at=at,
            action="staff.login_changed",
            target=staff,
            actor=actor,
            old={"user": before},
            new={"user": after},
        )
    staff.user = after
