"""“Why no points?”: the stored verdicts of one booking, rule by rule, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty_site.counter.presenters.figures import Fact, at_till, language, sentences, units
from loyalty_site.counter.presenters.lines import headline
from loyalty_site.counter.presenters.stop_words import words_for
from rewards.domain.programs import LiveProgram, ProgramBook
from rewards.engine.reasons import Reason
from rewards.engine.verdicts import RuleVerdict
from rewards.queries.history import BOOKED, PastBooking
from rewards.wording import sentence
from rewards.wording.figures import money


@dataclass(frozen=True, slots=True)
class ConditionView:
    """One condition or effect: whether it spoke for the grant, and why."""

    held: bool
    text: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule looked at. `result` is what it granted, in words."""

    name: str
    granted: bool
    result: str
    text: str
    conditions: Sequence[ConditionView]


@dataclass(frozen=True, slots=True)
class WhyView:
    """The whole explanation."""

    title: str
    decision: str
    say: str
    back_url: str
    rules: Sequence[RuleView]


def why_view(past: PastBooking, *, book: ProgramBook, stores: Mapping[str, str]) -> WhyView:
    """Return the explanation of a booking or a refusal; `stores` maps the keys in reasons to names."""
    programs = {program.public_id: program for program in book.programs}
    reasons = past.outcome.reasons
    return WhyView(
        title=headline(past),
        decision=sentences(reasons) if reasons else _decision(past),
        say=str(words_for(reasons[0].code).say) if reasons else "",
        back_url=reverse("counter:booking", args=[past.booking.public_id]),
        rules=[
            _rule(verdict, programs.get(verdict.program), stores, is_booked=past.outcome.status in BOOKED)
            for verdict in past.outcome.verdicts
        ],
    )


def why_facts(past: PastBooking, *, now: datetime) -> list[Fact]:
    """Return when, where, by whom and how it was booked."""
    booking = past.booking
    facts = [Fact(_("When"), at_till(booking.recorded_at, booking.till, now=now))]
    if booking.staff is not None:
        facts.append(Fact(_("By"), booking.staff.name))
    if booking.amount_cents is not None:
        facts.append(Fact(_("Amount"), money(booking.amount_cents)))
    entry = pgettext("entry", "scanned") if booking.entry == "scan" else pgettext("entry", "typed")
    return [*facts, Fact(_("Entry"), entry)]


def _decision(past: PastBooking) -> str:
    if past.is_pending:
        return _("It is being checked and counts soon.")
    return _("It was booked as the rules below say.") if past.outcome.verdicts else _("It was booked.")


def _rule(verdict: RuleVerdict, program: LiveProgram | None, stores: Mapping[str, str], *, is_booked: bool) -> RuleView:
    checks = [ConditionView(check.held, _sentence(check.reason, program, stores)) for check in verdict.checks]
    if verdict.stopped_by is not None:
        checks.append(ConditionView(False, _sentence(verdict.stopped_by, program, stores)))
    name = program.unit_name(verdict.granted) if program else ""
    return RuleView(
        name=verdict.name,
        granted=verdict.granted > 0 and is_booked,
        result=_result(f"+{units(verdict.granted, name).strip()}" if verdict.granted else "", is_booked=is_booked),
        text=program.name if program else "",
        conditions=checks,
    )


def _result(granted: str, *, is_booked: bool) -> str:
    """Return what a rule granted; of a refused booking, what it would have."""
    if not granted:
        return pgettext("granted by a rule", "nothing")
    return granted if is_booked else pgettext("granted by a rule", "would be %(units)s") % {"units": granted}


def _sentence(reason: Reason, program: LiveProgram | None, stores: Mapping[str, str]) -> str:
    return sentence(
        reason,
        language=language(),
        unit_singular=program.unit_singular if program else None,
        unit_plural=program.unit_plural if program else None,
        stores=stores,
    )
