"""Refusals on the amber or the red desk: what happened, why, what next, and a sentence for the customer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from loyalty_site.counter.presenters.figures import Fact, at_till, local, sentences, units
from loyalty_site.counter.presenters.stop_words import Kind, words_for
from rewards.engine.reasons import Reason
from rewards.models import BookingKind
from rewards.queries.history import PastBooking


@dataclass(frozen=True, slots=True)
class StopView:
    """One refusal. `wait_until` is shown large where there is a time to wait for; `action_url` leads to what helps."""

    kind: Kind
    title: str
    text: str
    icon: str = ""
    hint: str = ""
    say: str = ""
    record_title: str = ""
    card_number: str = ""
    wait_until: datetime | None = None
    wait_text: str = ""
    facts: Sequence[Fact] = field(default_factory=tuple)
    why_url: str = ""
    action_url: str = ""
    action: str = ""
    action_icon: str = ""


def refusal(past: PastBooking, *, now: datetime) -> StopView:
    """Return a refused or held-up booking as it is shown."""
    reasons = past.outcome.reasons or (Reason("no_rule_granted"),)
    words = words_for(reasons[0].code)
    action_url, action, icon = _action(past, reasons[0].code)
    view = StopView(
        kind=words.kind,
        title=str(words.title),
        text=sentences(reasons),
        icon=words.icon,
        say=str(words.say),
        record_title=_subject(past),
        card_number=past.booking.card.grouped_number,
        facts=_facts(past, now),
        why_url=reverse("counter:why", args=[past.booking.public_id]),
        action_url=action_url,
        action=action,
        action_icon=icon,
    )
    return _waiting(view, reasons[0], past, now) if reasons[0].code == "time_lock" else view


def taken_back(past: PastBooking, *, now: datetime) -> StopView:
    """Return a booking that was undone since: of a reward, nothing is to be handed over any more."""
    is_reward = past.booking.kind == BookingKind.REDEEM
    return StopView(
        kind="stop" if is_reward else "warn",
        title=_("Taken back"),
        text=_("This redemption was undone. Hand nothing over.") if is_reward else _("This booking was undone."),
        icon="undo",
        record_title=_subject(past),
        card_number=past.booking.card.grouped_number,
        facts=_facts(past, now),
    )


def conflict() -> StopView:
    """Return what to do when one form was sent twice with different content: nothing was booked by the second."""
    return StopView(
        kind="warn",
        title=_("This form was used before"),
        text=_("Something else was booked with it, so nothing was booked now. Scan the card again."),
        icon="warning",
    )


def _waiting(view: StopView, reason: Reason, past: PastBooking, now: datetime) -> StopView:
    """Return a time lock with the time to wait for, large, and the booking it comes from."""
    ago, left = int(reason.params["minutes_ago"]), int(reason.params["minutes_left"])
    every = -(-int(reason.params["seconds"]) // 60)
    last_at = datetime.fromisoformat(str(reason.params["last_at"]))
    title = ngettext("Booked %(count)d minute ago", "Booked %(count)d minutes ago", ago) % {"count": ago}
    rule = ngettext(
        "The card collects once a visit, at most once in %(count)d minute.",
        "The card collects once a visit, at most once in %(count)d minutes.",
        every,
    )
    return replace(
        view,
        title=title if ago else view.title,
        text=rule % {"count": every},
        record_title=_("Next booking"),
        wait_until=local(datetime.fromisoformat(str(reason.params["next_at"]))),
        wait_text=npgettext("after a time", "in %(count)d minute", "in %(count)d minutes", left) % {"count": left},
        facts=[Fact(_("Last booked"), at_till(last_at, None, now=now)), *_balances(past)],
    )


def _action(past: PastBooking, code: str) -> tuple[str, str, str]:
    """Return where to go on from a reason: address, words, sign."""
    card = past.booking.card
    if code == "card_blocked":
        return reverse("counter:unblock", args=[card.public_id]), _("Lift the block"), "lock"
    undone = past.booking.reverses
    if code == "too_late" and undone is not None:
        return reverse("counter:reverse", args=[undone.public_id]), _("Reverse with a PIN"), "undo"
    return "", "", ""


def _subject(past: PastBooking) -> str:
    reward = str(past.outcome.details.get("reward_name", ""))
    return reward or _("Balance")


def _facts(past: PastBooking, now: datetime) -> list[Fact]:
    tried = at_till(past.booking.recorded_at, past.booking.till, now=now)
    return [*_balances(past), Fact(_("Tried"), tried)]


def _balances(past: PastBooking) -> list[Fact]:
    return [Fact(line.program_name, units(line.available, line.unit_name)) for line in past.outcome.balances]
