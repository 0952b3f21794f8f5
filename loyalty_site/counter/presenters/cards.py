"""The page of one card: what to warn of, what to know, what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty_site.counter.presenters.figures import Fact, units, when
from loyalty_site.counter.presenters.people import birthday_note
from loyalty_site.counter.presenters.programs import ProgramView, amount_rule, one_touch, rate
from members.models import Card, CardState, Staff
from rewards.domain.programs import ProgramBook
from rewards.models import BookingKind
from rewards.queries.history import BOOKED, PastBooking


@dataclass(frozen=True, slots=True)
class Warning:
    """One sentence above the card, with a way out where there is one."""

    kind: str
    text: str
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class AmountView:
    """The field for the amount of a purchase; `value` only while an error stands beside it."""

    title: str
    rate: str
    url: str
    label: str
    value: str = ""
    error: str = ""
    focus: bool = False


@dataclass(frozen=True, slots=True)
class Doings:
    """What can be done on a card now; empty addresses are not offered."""

    stamp_url: str = ""
    stamp_label: str = ""
    redeem_url: str = ""
    amount: AmountView | None = None


def warnings_for(card: Card, *, staff: Staff) -> list[Warning]:
    """Return what keeps this card from being booked on, most serious first."""
    if card.state == CardState.BLOCKED:
        text = _("This card is blocked: %(reason)s") % {"reason": card.state_reason}
        return [Warning("stop", text, reverse("counter:unblock", args=[card.public_id]), _("Lift the block"))]
    if card.state == CardState.REPLACED:
        return [Warning("stop", _("This card was replaced by a new one. Please use the new card."))]
    if staff.own_card_id == card.pk:
        return [Warning("warn", _("This is your own card. Please let a colleague book it."))]
    return []


def doings_for(
    card: Card,
    *,
    staff: Staff,
    book: ProgramBook,
    at: datetime,
    typed: str = "",
    error: str = "",
    focus: bool = False,
) -> Doings:
    """Return what is offered; on a card that books nothing, or one's own, nothing is."""
    if not card.can_earn or staff.own_card_id == card.pk:
        return Doings()
    granted = one_touch(book, at=at)
    return Doings(
        stamp_url=reverse("counter:stamp", args=[card.public_id]) if granted else "",
        stamp_label=f"+{granted}" if granted else "",
        redeem_url=reverse("counter:redeem", args=[card.public_id]),
        amount=_amount(card, book, at, typed, error, focus),
    )


def facts_for(
    card: Card, *, programs: Sequence[ProgramView], history: Sequence[PastBooking], now: datetime
) -> list[Fact]:
    """Return what is worth knowing: what is being checked, the last visit, a birthday."""
    facts = [
        Fact(_("%(program)s, being checked") % {"program": program.name}, units(program.pending, program.unit_label))
        for program in programs
        if program.pending
    ]
    visits = [past.booking for past in history if past.booking.kind == BookingKind.EARN and not past.undone]
    last = next((booking for booking in visits if booking.outcome in BOOKED), None)
    if last is not None:
        facts.append(Fact(_("Last here"), when(last.recorded_at, now=now)))
    note = birthday_note(card.member, at=now)
    return [*facts, Fact(_("Birthday"), note, kind="manila", icon="cake")] if note else facts


def why_url_for(history: Sequence[PastBooking]) -> str:
    """Return where the card's last purchase is explained, booked or refused."""
    for past in history:
        if past.booking.kind == BookingKind.EARN:
            return reverse("counter:why", args=[past.booking.public_id])
    return ""


def _amount(card: Card, book: ProgramBook, at: datetime, typed: str, error: str, focus: bool) -> AmountView | None:
    found = amount_rule(book, at=at)
    if found is None:
        return None
    program, rule = found
    return AmountView(
        title=_("By amount"),
        rate=rate(program, rule),
        url=reverse("counter:amount", args=[card.public_id]),
        label=_("Credit %(units)s") % {"units": program.unit_plural},
        value=typed,
        error=error,
        focus=focus or bool(error),
    )
