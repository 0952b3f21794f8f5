"""Bookings as lines of a list: last at this till, and the history of a card."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty_site.counter.presenters.figures import at_till, gained, local, units
from loyalty_site.counter.presenters.people import display_name
from rewards.models import BookingKind, BookingOutcome
from rewards.queries.history import PastBooking
from rewards.wording.figures import money


@dataclass(frozen=True, slots=True)
class Line:
    """One booking in a list; the addresses are empty where it can't be taken back any more."""

    at: datetime
    who: str
    what: str
    undo_seconds: int = 0
    undo_url: str = ""
    reverse_url: str = ""


def till_line(past: PastBooking, *, now: datetime) -> Line:
    """Return a booking as the till lists it: for whom, what, and the way back."""
    return _line(past, who=display_name(past.booking.card), what=_told(past), now=now)


def card_line(past: PastBooking, *, now: datetime) -> Line:
    """Return a booking as the card's history lists it: what, when and where."""
    where = at_till(past.booking.recorded_at, past.booking.till, now=now)
    return _line(past, who=headline(past), what=_marked(where, past), now=now)


def headline(past: PastBooking) -> str:
    """Return in a few words what a booking came to."""
    outcome = past.outcome
    words = {
        BookingKind.EARN.value: gained(outcome) or _("Noted"),
        BookingKind.REDEEM.value: _("%(reward)s redeemed") % {"reward": outcome.details.get("reward_name", "")},
        BookingKind.UNDO.value: pgettext("booking", "Taken back"),
        BookingKind.MOVE.value: _("Moved to a new card"),
    }
    if outcome.status == BookingOutcome.REFUSED:
        return _("Not booked")
    if outcome.status == BookingOutcome.STEP_UP:
        return _("Extra check")
    return words.get(outcome.kind) or str(BookingKind(outcome.kind).label).capitalize()


def way_back(past: PastBooking, *, now: datetime) -> tuple[int, str, str]:
    """Return the seconds left for undo, its address, and that of the reversal; 0 and empty where there is no way."""
    if not past.can_be_undone:
        return 0, "", ""
    seconds = past.seconds_to_undo(at=now, window_seconds=settings.UNDO_SECONDS)
    key = [past.booking.public_id]
    return seconds, reverse("counter:undo", args=key) if seconds else "", reverse("counter:reverse", args=key)


def _line(past: PastBooking, *, who: str, what: str, now: datetime) -> Line:
    seconds, undo_url, reverse_url = way_back(past, now=now)
    return Line(local(past.booking.recorded_at), who, what, seconds, undo_url, reverse_url)


def _told(past: PastBooking) -> str:
    """Return what was booked, with the amount of the purchase or the new balance behind it."""
    text, cents = headline(past), past.booking.amount_cents
    if cents is not None:
        text = f"{text} · {money(cents)}"
    elif past.outcome.grants:
        text = " · ".join([text, *_new_balance(past)])
    return _marked(text, past)


def _new_balance(past: PastBooking) -> list[str]:
    """Return the balance after the booking, of the program that it granted first."""
    program = past.outcome.grants[0].program
    for line in past.outcome.balances:
        if line.program != program:
            continue
        if line.next_reward and line.next_reward.missing:
            return [_("%(balance)s of %(goal)s") % {"balance": line.available, "goal": line.next_reward.price}]
        return [units(line.available, line.unit_name)]
    return []


def _marked(text: str, past: PastBooking) -> str:
    """Say behind the text when it no longer stands, or does not yet."""
    if past.undone:
        return f"{text} · {pgettext('booking', 'taken back')}"
    if past.is_pending:
        return f"{text} · {pgettext('booking', 'being checked')}"
    return text
