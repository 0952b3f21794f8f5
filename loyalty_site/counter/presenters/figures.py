"""Small words and figures that many screens share: units, facts, times of day, sentences joined."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from members.models import Till
from rewards.domain.outcome import Outcome
from rewards.engine.reasons import Reason
from rewards.wording.figures import number
from rewards.wording.outcomes import outcome_sentence


@dataclass(frozen=True, slots=True)
class Fact:
    """One printed field: a small label over a value; `kind` makes the value a badge, `number` sets it as typed."""

    label: str
    value: str
    kind: str = ""
    icon: str = ""
    number: bool = False


def language() -> str:
    """Return the language of the reader, one that the product speaks."""
    return get_language() or "de"


def local(at: datetime) -> datetime:
    """Return a moment in the merchant's time zone, which the page runs in."""
    return timezone.localtime(at)


def clock(at: datetime) -> str:
    """Return a time of day, such as 7:05."""
    return time_format(local(at), "G:i")


def when(at: datetime, *, now: datetime) -> str:
    """Return a moment as people say it: the time today, else weekday, date and time."""
    if local(at).date() == local(now).date():
        return pgettext("time of day", "%(time)s") % {"time": clock(at)}
    values = {"date": date_format(local(at), pgettext("short date", "D, j M Y")), "time": clock(at)}
    return pgettext("date and time of day", "%(date)s, %(time)s") % values


def at_till(at: datetime, till: Till | None, *, now: datetime) -> str:
    """Return when and at which till."""
    if till is None:
        return when(at, now=now)
    return _("%(when)s, %(till)s") % {"when": when(at, now=now), "till": till.name}


def units(count: int, name: str) -> str:
    """Return units with the program's word for them."""
    return f"{number(count)} {name}"


def gained(outcome: Outcome) -> str:
    """Return what an outcome granted, such as `+1 stamp`; empty when nothing."""
    return ", ".join(f"+{units(grant.amount, grant.unit_name)}" for grant in outcome.grants)


def sentences(reasons: tuple[Reason, ...]) -> str:
    """Return the sentences for all reasons, in the reader's language and the merchant's time."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return " ".join(outcome_sentence(reason, language=language(), zone=zone) for reason in reasons)
