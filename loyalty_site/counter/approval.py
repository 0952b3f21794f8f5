"""A second person's word: a manager's PIN for what a cashier may not decide alone.

Promises: every try counts against the manager's own throttle before it is compared; only people of this merchant who
decide at the counter can approve; a PIN is never shown again or logged. Whoever is on shift enters nobody's PIN for
them: a manager on shift types their own once more.
"""

from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_site.counter.forms import ApprovalForm
from loyalty_site.counter.session import Desk
from members.domain.shifts import PinOutcome, check_pin
from members.models import MANAGING_ROLES, Merchant, Staff
from members.queries.crew import crew_for

FormT = TypeVar("FormT", bound=ApprovalForm)


def managers_of(merchant: Merchant) -> list[Staff]:
    """Return who can approve at the counter, by name, in one query."""
    return [person for person in crew_for(merchant=merchant) if person.role in MANAGING_ROLES]


def approved_by(desk: Desk, form: FormT, managers: list[Staff]) -> Staff | None:
    """Return the manager who approves with their PIN; None puts the reason into the form.

    Call it outside of a transaction (the try is counted in one of its own).
    """
    if not form.is_valid():
        return None
    chosen = next((person for person in managers if person.public_id == form.cleaned_data["manager"]), None)
    if chosen is None:
        form.add_error("manager", _("Choose a manager."))
        return None
    check = check_pin(staff=chosen, pin=form.cleaned_data["pin"], at=desk.at)
    if not check.is_ok:
        form.add_error("pin", pin_sentence(check.outcome, check.wait_seconds, check.tries_left))
        return None
    return chosen


def pin_sentence(outcome: PinOutcome, wait_seconds: int, tries_left: int) -> str:
    """Return why a PIN did not open anything, and when the next try counts."""
    if outcome is PinOutcome.NOT_ALLOWED:
        return _("This person can't sign in here. Ask the owner.")
    if outcome is PinOutcome.WRONG_PIN and tries_left:
        text = ngettext(
            "This PIN is not right. %(count)d more try, then there is a wait.",
            "This PIN is not right. %(count)d more tries, then there is a wait.",
            tries_left,
        )
        return text % {"count": tries_left}
    if wait_seconds < 60:
        text = ngettext(
            "Too many wrong PINs. The next try counts in %(count)d second.",
            "Too many wrong PINs. The next try counts in %(count)d seconds.",
            wait_seconds,
        )
        return text % {"count": wait_seconds}
    minutes = -(-wait_seconds // 60)
    text = ngettext(
        "Too many wrong PINs. The next try counts in %(count)d minute.",
        "Too many wrong PINs. The next try counts in %(count)d minutes.",
        minutes,
    )
    return text % {"count": minutes}
