"""Turns what the domain says into what the portal's pages show: plain, frozen, translated, without queries.

Nothing here decides anything. The history has its own presenter, ``stories``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format, time_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from members.models import Store
from members.rotating_codes import STEP_SECONDS
from rewards.domain.outcome import BalanceLine
from rewards.domain.programs import LiveProgram, LiveReward, ProgramBook
from rewards.models import ProgramKind
from rewards.queries.history import Expiring
from rewards.wording import preview
from rewards.wording.figures import number

#: A stamp card of at most this many fields is drawn, a longer one is a bar.
MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class RewardLine:
    """A reward on the start page: what it is and what it costs."""

    name: str
    price: str
    description: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What one program brings: its rules in plain language, and its rewards."""

    name: str
    icon: str
    rules: tuple[str, ...]
    rewards: tuple[RewardLine, ...]


@dataclass(frozen=True, slots=True)
class StoreLine:
    """A store with its address and its hours as (days, times)."""

    name: str
    address: str
    hours: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProgramCard:
    """What a card holds in one program.

    ``goal`` fields, ``filled`` of them stamped, ``beyond`` on the next card; goal 0: a plain figure. ``next_text``
    says how far the reward is, ``valid_text`` until when the oldest units are good, ``soon_text`` what ends soon.
    """

    name: str
    figure: str
    unit: str
    goal: int = 0
    filled: int = 0
    beyond: int = 0
    reward: str = ""
    next_text: str = ""
    valid_text: str = ""
    soon_text: str = ""
    pending_text: str = ""


def offers(*, book: ProgramBook, names: Mapping[str, str], at: datetime) -> tuple[Offer, ...]:
    """Return what the merchant's open programs bring, in the owner's order. ``names``: store's public id -> name."""
    return tuple(_offer(program, names, at) for program in book.programs if program.is_open(at))


def stores(rows: Iterable[Store]) -> tuple[StoreLine, ...]:
    """Return the stores as they are shown."""
    return tuple(
        StoreLine(
            name=row.name,
            address=", ".join(part for part in (row.street, f"{row.postal_code} {row.city}".strip()) if part),
            hours=_hours(row.opening_hours),
        )
        for row in rows
    )


def programs(
    *,
    book: ProgramBook,
    lines: Sequence[BalanceLine],
    soon: Mapping[int, Expiring],
    ever: Mapping[int, Expiring],
) -> tuple[ProgramCard, ...]:
    """Return what a card holds. ``soon`` and ``ever``: program row id -> what ends soon, and what ends at all."""
    by_key = {program.public_id: program for program in book.programs}
    return tuple(_program(by_key[line.program], line, soon, ever) for line in lines)


def seconds_left(at: datetime) -> int:
    """Return the whole seconds until the code of this moment changes, 1 to 30."""
    return STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS


def safe_svg(svg: str) -> SafeString:
    """Mark the house's own drawing (``members.qr``, which escapes its title) as safe to stand in a page."""
    return mark_safe(svg)  # noqa: S308  # see above


def units(count: int, program: LiveProgram) -> str:
    """Return a count with the program's word for it."""
    return f"{number(count)} {program.unit_name(count)}"


def last_good_day(ends_at: datetime) -> date:
    """Return the last local day on which units are good that end at a moment: that moment is the midnight after."""
    return timezone.localtime(ends_at - timedelta(microseconds=1)).date()


def _offer(program: LiveProgram, names: Mapping[str, str], at: datetime) -> Offer:
    language = get_language() or "de"
    return Offer(
        name=program.name,
        icon="stamp" if program.kind == ProgramKind.STAMP_CARD else "plus",
        rules=tuple(
            preview(
                live.rule,
                unit_singular=program.unit_singular,
                unit_plural=program.unit_plural,
                language=language,
                stores=names,
            )
            for live in program.rules
            if live.holds(at)
        ),
        rewards=tuple(_reward(reward, program) for reward in program.rewards if reward.is_open(at)),
    )


def _reward(reward: LiveReward, program: LiveProgram) -> RewardLine:
    return RewardLine(name=reward.name, price=units(reward.price, program), description=reward.description)


def _program(
    program: LiveProgram, line: BalanceLine, soon: Mapping[int, Expiring], ever: Mapping[int, Expiring]
) -> ProgramCard:
    nearest = line.next_reward
    is_stamps = program.kind == ProgramKind.STAMP_CARD and nearest is not None
    goal = nearest.price if nearest is not None and is_stamps else 0
    return ProgramCard(
        name=program.name,
        figure=number(line.available),
        unit=line.unit_name,
        goal=goal,
        filled=min(line.available, goal),
        beyond=max(0, line.available - goal) if goal and goal <= MOST_FIELDS else 0,
        reward=nearest.name if nearest is not None else "",
        next_text=_distance(program, nearest.missing) if nearest is not None else "",
        valid_text=_valid(ever.get(program.row_id)),
        soon_text=_soon(program, soon.get(program.row_id)),
        pending_text=_pending(program, line.pending),
    )


def _distance(program: LiveProgram, missing: int) -> str:
    if missing:
        return _("%(units)s to go.") % {"units": units(missing, program)}
    return _("You have enough for it. Redeem it at the counter.")


def _valid(ending: Expiring | None) -> str:
    if ending is None:
        return ""
    return _("The oldest are valid until %(date)s.") % {"date": _day(last_good_day(ending.first_at))}


def _soon(program: LiveProgram, ending: Expiring | None) -> str:
    if ending is None:
        return ""
    values = {"units": units(ending.units, program), "date": _day(last_good_day(ending.first_at))}
    text = ngettext("%(units)s expires on %(date)s", "%(units)s expire from %(date)s on", ending.units)
    return text % values


def _pending(program: LiveProgram, pending: int) -> str:
    if not pending:
        return ""
    text = ngettext("%(units)s is being checked", "%(units)s are being checked", pending)
    return text % {"units": units(pending, program)}


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _hours(opening: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Return neighbouring days with the same hours in one line: Monday to Friday, 6:00 to 18:30."""
    days = [(day, tuple(opening.get(str(day), ()))) for day in range(7)]
    found = []
    for times, group in groupby(days, key=lambda pair: pair[1]):
        numbers = [day for day, _times in group]
        if len(times) == 2:
            found.append((_days(numbers[0], numbers[-1]), _times_of_day(times[0], times[1])))
    return tuple(found)


def _days(first: int, last: int) -> str:
    names = {"first": str(WEEKDAYS_ABBR[first]), "last": str(WEEKDAYS_ABBR[last])}
    return names["first"] if first == last else pgettext("weekdays", "%(first)s to %(last)s") % names


def _times_of_day(opens: str, closes: str) -> str:
    values = {
        "opens": time_format(time.fromisoformat(opens), "G:i"),
        "closes": time_format(time.fromisoformat(closes), "G:i"),
    }
    return pgettext("opening hours", "%(opens)s to %(closes)s") % values
