"""The history as stories: what a booking came to, and in a sentence why, refusals included.

Speaks to the person whose card it is: limits of a till or of somebody at it are not their business and are not named.
Pure but for translations; bookings come with what they need (``rewards.queries.history``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty_site.portal.reasons import own_words
from rewards.domain.programs import ProgramBook
from rewards.engine.reasons import Reason
from rewards.models import BookingKind, BookingOutcome, RedemptionState
from rewards.queries.history import PastBooking
from rewards.wording import sentence
from rewards.wording.figures import number
from rewards.wording.outcomes import outcome_sentence

#: Undoings show as a mark on what they undid; a card that moved is a new card.
_TOLD = frozenset(BookingKind) - {BookingKind.UNDO, BookingKind.MOVE}


@dataclass(frozen=True, slots=True)
class Story:
    """One booking. ``amounts``: signed texts; ``mark`` and ``mark_kind``: a badge, empty for none."""

    key: str
    title: str
    where: str
    amounts: tuple[str, ...]
    is_gain: bool
    why: tuple[str, ...]
    mark: str = ""
    mark_kind: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The stories of one local day, the latest first."""

    title: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """What sentences are made with."""

    book: ProgramBook
    stores: Mapping[str, str]
    language: str
    zone: ZoneInfo

    def of_rule(self, reason: Reason, program_key: str) -> str:
        """Say a reason of a program's rule."""
        program = next((program for program in self.book.programs if program.public_id == program_key), None)
        return sentence(
            reason,
            language=self.language,
            unit_singular=program.unit_singular if program else None,
            unit_plural=program.unit_plural if program else None,
            stores=self.stores,
        )

    def of_outcome(self, reason: Reason) -> str:
        """Say a reason of the booking as a whole, to the person whose card it is."""
        return own_words(reason) or outcome_sentence(reason, language=self.language, zone=self.zone)


def days(
    past: Sequence[PastBooking],
    *,
    book: ProgramBook,
    stores: Mapping[str, str],
    language: str,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Day, ...]:
    """Return the bookings by local day, in the order given. ``stores``: public id -> name."""
    words = _Words(book, stores, language, zone)
    told = [entry for entry in past if entry.booking.kind in _TOLD]
    today = now.astimezone(zone).date()
    return tuple(
        Day(_day_title(day, today), tuple(_story(entry, words) for entry in group))
        for day, group in groupby(told, key=lambda entry: entry.booking.occurred_at.astimezone(zone).date())
    )


def _story(past: PastBooking, words: _Words) -> Story:
    outcome = past.outcome
    mark, mark_kind = _mark(past)
    return Story(
        key=outcome.booking,
        title=_title(past),
        where=_where(past, words),
        amounts=_amounts(past),
        is_gain=bool(outcome.grants) and not past.undone,
        why=_why(past, words),
        mark=mark,
        mark_kind=mark_kind,
    )


def _title(past: PastBooking) -> str:
    outcome, kind = past.outcome, past.outcome.kind
    reward = str(outcome.details.get("reward_name", ""))
    if kind == BookingKind.EARN:
        names = dict.fromkeys(grant.program_name for grant in outcome.grants)
        return ", ".join(names) or (_("Purchase noted") if _has_moved(past) else _("Nothing collected"))
    if kind == BookingKind.REDEEM:
        return reward if _has_moved(past) else _("Not redeemed: %(reward)s") % {"reward": reward}
    return {
        BookingKind.RETURN.value: pgettext("of goods", "Return"),
        BookingKind.EXPIRE.value: _("Expired"),
        BookingKind.RELEASE.value: _("Check finished"),
        BookingKind.ADJUST.value: _("Correction"),
    }[kind]


def _where(past: PastBooking, words: _Words) -> str:
    local = past.booking.occurred_at.astimezone(words.zone)
    clock = pgettext("time of day", "%(time)s") % {"time": time_format(local, "G:i")}
    till = past.booking.till
    return f"{clock}, {till.store.name}" if till else clock


def _amounts(past: PastBooking) -> tuple[str, ...]:
    outcome = past.outcome
    if outcome.grants:
        return tuple(f"+{number(grant.amount)} {grant.unit_name}" for grant in outcome.grants)
    if outcome.kind == BookingKind.REDEEM and _has_moved(past):
        details = outcome.details
        return (f"−{number(int(details['price']))} {details['unit_name']}",)
    if outcome.kind == BookingKind.EXPIRE:
        return (f"−{number(int(outcome.details['units']))}",)
    return () if _has_moved(past) else ("0",)


def _why(past: PastBooking, words: _Words) -> tuple[str, ...]:
    outcome = past.outcome
    if outcome.kind == BookingKind.REDEEM and _has_moved(past):
        return (_redeemed(past),)
    grants = [words.of_rule(grant.why, grant.program) for grant in outcome.grants]
    reasons = [words.of_outcome(reason) for reason in outcome.reasons if reason.code != "no_rule_granted"]
    said = (*grants, *reasons)
    return said or _failed_checks(past, words)


def _failed_checks(past: PastBooking, words: _Words) -> tuple[str, ...]:
    """Say of each rule the first thing that kept it from granting."""
    said = []
    for verdict in past.outcome.verdicts:
        reason = verdict.stopped_by or next((check.reason for check in verdict.checks if not check.held), None)
        if reason is not None:
            text = words.of_rule(reason, verdict.program)
            said.append(pgettext("rule: why not", "%(rule)s: %(reason)s") % {"rule": verdict.name, "reason": text})
    return tuple(said)


def _redeemed(past: PastBooking) -> str:
    redemption = past.redemption
    if redemption is not None and redemption.code_step is not None:
        return _("Redeemed with a fresh code from your phone.")
    return _("Redeemed with your card at the counter.")


def _mark(past: PastBooking) -> tuple[str, str]:
    if past.undone:
        return pgettext("booking", "taken back"), ""
    if past.outcome.status == BookingOutcome.HELD:
        return _("being checked"), "info"
    redemption = past.redemption
    if redemption is not None and redemption.state == RedemptionState.RESERVED:
        return _("not handed over yet"), "manila"
    return "", ""


def _has_moved(past: PastBooking) -> bool:
    return past.outcome.status in {BookingOutcome.POSTED, BookingOutcome.HELD}


def _day_title(day: date, today: date) -> str:
    if day == today:
        return _("Today, %(date)s") % {"date": date_format(day, pgettext("day of this year", "j F"))}
    if day.year == today.year:
        return date_format(day, pgettext("date with weekday", "l, j F"))
    return date_format(day, pgettext("date with weekday and year", "l, j F Y"))
