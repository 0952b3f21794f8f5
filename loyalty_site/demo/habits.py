"""When the demo's members come, and what they spend: regulars on weekday mornings, families at the weekend, people who
stay away after a while.

Pure: no model, no clock; the same generator state gives the same visits. Rates are set so that 500 members and 180 days
come to about 4,000 bookings, which take half a minute to write: the first start should not last a minute.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from loyalty_site.demo.plans import Hours, Trade

WEEKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset({5, 6})
EVERY_DAY: Final = frozenset(range(7))
#: (month, day) of holidays all over Germany that fall on the same day each year: shops are closed.
HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How one kind of member comes.

    share: weight among the shop's members. chance: of coming on a day that is one of ``weekdays``. window: local times
    between which they come. weeks: after how many they stay away (least, most); None = they stay.
    verified: how likely they confirm their card.
    """

    name: str
    share: int
    chance: float
    weekdays: frozenset[int]
    window: tuple[time, time]
    weeks: tuple[int, int] | None = None
    verified: float = 0.7


@dataclass(frozen=True, slots=True)
class Spending:
    """What one visit costs, in cents: around ``middle``, never below ``least``.

    ``typed``: how likely the sum is typed in at the counter (0 to 1).
    """

    middle: int
    spread: float
    least: int
    typed: float = 0.75


@dataclass(frozen=True, slots=True)
class Habits:
    """The rhythms and the spending of a trade."""

    rhythms: tuple[Rhythm, ...]
    spending: Spending


_BAKERY: Final = Habits(
    (
        Rhythm("early bird", 9, 0.32, WEEKDAYS, (time(6), time(9, 15)), verified=0.95),
        Rhythm("weekend family", 16, 0.22, WEEKEND, (time(7, 45), time(11, 15)), verified=0.85),
        Rhythm("now and then", 45, 0.028, EVERY_DAY, (time(8), time(18)), verified=0.6),
        Rhythm("lapsed regular", 14, 0.13, WEEKDAYS, (time(6, 30), time(13)), weeks=(5, 11), verified=0.7),
        Rhythm("tried it", 16, 0.04, EVERY_DAY, (time(9), time(17)), weeks=(1, 4), verified=0.25),
    ),
    Spending(middle=780, spread=0.55, least=120),
)
_SALON: Final = Habits(
    (
        Rhythm("every month", 40, 0.045, EVERY_DAY, (time(9), time(17, 30)), verified=0.9),
        Rhythm("now and then", 40, 0.02, EVERY_DAY, (time(9), time(17, 30)), verified=0.7),
        Rhythm("moved away", 20, 0.04, EVERY_DAY, (time(10), time(16)), weeks=(6, 14), verified=0.5),
    ),
    Spending(middle=4800, spread=0.5, least=1500, typed=1.0),
)
_CAFE: Final = Habits(
    (
        Rhythm("way to work", 12, 0.22, WEEKDAYS, (time(7, 30), time(9, 30)), verified=0.95),
        Rhythm("lunch break", 10, 0.12, WEEKDAYS, (time(12), time(14, 30)), verified=0.8),
        Rhythm("Sunday cake", 20, 0.16, WEEKEND, (time(13, 30), time(17, 30)), verified=0.7),
        Rhythm("now and then", 38, 0.024, EVERY_DAY, (time(9), time(18)), verified=0.55),
        Rhythm("lapsed regular", 20, 0.11, WEEKDAYS, (time(7, 30), time(17)), weeks=(4, 9), verified=0.6),
    ),
    Spending(middle=560, spread=0.45, least=240, typed=0.3),
)
HABITS: Final[Mapping[Trade, Habits]] = {Trade.BAKERY: _BAKERY, Trade.SALON: _SALON, Trade.CAFE: _CAFE}


@dataclass(frozen=True, slots=True)
class Stay:
    """One member's time with the shop: how they come, from which day to which, and where."""

    rhythm: Rhythm
    first_on: date
    last_on: date
    hours: Hours = field(hash=False)
    zone: ZoneInfo


def pick_rhythm(*, rng: random.Random, trade: Trade) -> Rhythm:
    """Return a rhythm by its share."""
    rhythms = HABITS[trade].rhythms
    return rng.choices(rhythms, weights=[rhythm.share for rhythm in rhythms])[0]


def joining_day(*, rng: random.Random, start_on: date, until_on: date) -> date:
    """Return the day a member joins: half of them in the first sixth of the time, when the card was new."""
    days = (until_on - start_on).days
    return start_on + timedelta(days=rng.randint(0, days // 6 if rng.random() < 0.5 else days))


def stays_until(*, rng: random.Random, rhythm: Rhythm, joined_on: date, until_on: date) -> date:
    """Return the last day on which a member may come."""
    if rhythm.weeks is None:
        return until_on
    return min(until_on, joined_on + timedelta(weeks=rng.randint(*rhythm.weeks)))


def visits(*, rng: random.Random, stay: Stay) -> Iterator[datetime]:
    """Yield the moments of a member's visits, the first on the day of joining, or on the next that is open."""
    day, joined = stay.first_on, False
    while day <= stay.last_on:
        wanted = day.weekday() in stay.rhythm.weekdays and rng.random() < stay.rhythm.chance
        if (wanted or not joined) and (moment := moment_on(rng=rng, day=day, stay=stay)) is not None:
            joined = True
            yield moment
        day += timedelta(days=1)


def moment_on(*, rng: random.Random, day: date, stay: Stay) -> datetime | None:
    """Return a moment (UTC) inside the rhythm's window and the opening hours; None on a closed day."""
    opening = stay.hours.get(str(day.weekday()))
    if opening is None or (day.month, day.day) in HOLIDAYS:
        return None
    opens, closes = (time.fromisoformat(text) for text in opening)
    begin, end = max(opens, stay.rhythm.window[0]), min(closes, stay.rhythm.window[1])
    if begin >= end:  # the window lies outside today's hours: they come when it is open
        begin, end = opens, closes
    # The last ten minutes stay free for what follows a visit: a second scan, a redemption.
    seconds = max(60, _seconds(end) - _seconds(begin) - 600)
    start = datetime.combine(day, begin, tzinfo=stay.zone)
    return (start + timedelta(seconds=rng.randint(0, seconds))).astimezone(UTC)


def amount_cents(*, rng: random.Random, trade: Trade) -> int | None:
    """Return what a visit costs in cents, or None when nobody typed the sum in."""
    spending = HABITS[trade].spending
    cents = int(rng.lognormvariate(0, spending.spread) * spending.middle)
    rounded = max(spending.least, cents - cents % 5)
    return rounded if rng.random() < spending.typed else None


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60
