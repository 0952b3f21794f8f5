"""Programs on a card, and what a till can book on them: with one touch, or with an amount."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty_site.counter.presenters.figures import language, local, units
from rewards.domain.outcome import BalanceLine, NextReward
from rewards.domain.programs import LiveProgram, LiveRule, ProgramBook
from rewards.engine.conditions import AmountBetween
from rewards.engine.effects import Fixed, PerAmount
from rewards.models import ProgramKind
from rewards.queries.history import Expiring
from rewards.wording import preview


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program of a card.

    `goal` is the price of the reward in view, None without one to collect for; stamps are drawn up to it, and `beyond`
    lies above it.
    """

    id: str
    name: str
    is_stamp: bool
    goal: int | None
    balance: int
    beyond: int
    unit_label: str
    pending: int
    next_reward: str
    expiring: str = ""


def program_view(line: BalanceLine, *, expiring: Expiring | None = None) -> ProgramView:
    """Return a program as it is drawn on a card."""
    nearest = line.next_reward
    is_stamp = line.kind == ProgramKind.STAMP_CARD and nearest is not None
    # A full stamp card is drawn; of points that buy every reward, there is nothing left to draw.
    goal = nearest.price if nearest and (is_stamp or nearest.missing) else None
    on_card = min(line.available, goal) if is_stamp and goal else line.available
    return ProgramView(
        id=line.program,
        name=line.program_name,
        is_stamp=is_stamp,
        goal=goal,
        balance=on_card,
        beyond=line.available - on_card,
        unit_label=line.unit_name,
        pending=line.pending,
        next_reward=_next(nearest),
        expiring=_expiring(expiring),
    )


def program_views(
    lines: Sequence[BalanceLine],
    *,
    first: frozenset[str] = frozenset(),
    book: ProgramBook | None = None,
    expiring: Mapping[int, Expiring] | None = None,
) -> list[ProgramView]:
    """Return the programs in the owner's order, those in `first` (public ids) before the others."""
    rows = {program.public_id: program.row_id for program in book.programs} if book else {}
    ends = expiring or {}
    ordered = sorted(lines, key=lambda line: line.program not in first)
    return [program_view(line, expiring=ends.get(rows.get(line.program, 0))) for line in ordered]


def one_touch(book: ProgramBook, *, at: datetime) -> str:
    """Return what a scan without an amount can grant, such as `1 stamp`; empty when every rule wants an amount."""
    for program, rule in _rules(book, at):
        if not _asks_for_amount(rule):
            fixed = next((e.units for e in rule.rule.effects if isinstance(e, Fixed)), 0)
            return units(fixed, program.unit_name(fixed)) if fixed else program.name
    return ""


def amount_rule(book: ProgramBook, *, at: datetime) -> tuple[LiveProgram, LiveRule] | None:
    """Return the first rule that works with the amount of the purchase, and its program."""
    return next(((program, rule) for program, rule in _rules(book, at) if _asks_for_amount(rule)), None)


def rate(program: LiveProgram, rule: LiveRule) -> str:
    """Return a rule in one line, as the owner reads it."""
    return preview(
        rule.rule,
        unit_singular=program.unit_singular,
        unit_plural=program.unit_plural,
        language=language(),
    )


def _rules(book: ProgramBook, at: datetime) -> list[tuple[LiveProgram, LiveRule]]:
    programs = [program for program in book.programs if program.is_open(at)]
    return [(program, rule) for program in programs for rule in program.rules if rule.holds(at)]


def _asks_for_amount(rule: LiveRule) -> bool:
    """Tell whether the rule grants nothing on its own as long as nobody enters an amount."""
    return any(isinstance(entry, AmountBetween | PerAmount) for entry in (*rule.rule.conditions, *rule.rule.effects))


def _next(nearest: NextReward | None) -> str:
    if nearest is None:
        return ""
    if nearest.missing == 0:
        return _("Enough for “%(reward)s”") % {"reward": nearest.name}
    return _("%(count)d more until “%(reward)s”") % {"count": nearest.missing, "reward": nearest.name}


def _expiring(expiring: Expiring | None) -> str:
    if expiring is None:
        return ""
    # What ends at midnight is good through the day before.
    last_day = local(expiring.first_at - timedelta(microseconds=1))
    day = date_format(last_day, pgettext("date without year", "j F"))
    return _("%(count)d of them until %(day)s") % {"count": expiring.units, "day": day}
