"""What is measured, in which order, for how long. Pure.

One repetition runs every slot once; the next one runs them all again. Names are those of the tables.
"""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Who answers."""

    PGBENCH = "pgbench"
    BARE = "bare"
    POSTGRES = "postgres"
    SQLITE = "sqlite"


#: How many callers "many" are.
MANY = 8
#: Arrivals a second of the open loop, by chance (Poisson).
OPEN_RATE = 50
#: As many callers wait for open-loop arrivals; each has a counter device of its own.
OPEN_CALLERS = 16


@dataclass(frozen=True, slots=True)
class Slot:
    """One measurement: so many callers at once on one scene of one place.

    ``share``: of the run's seconds for each slot. ``rate``: arrivals a second, or None for a closed loop, in which
    each caller asks again as soon as it was answered.
    """

    name: str
    place: Place
    scene: str
    connections: int
    share: float = 1.0
    rate: int | None = None

    @property
    def key(self) -> str:
        """Name and callers: unique in a plan."""
        return f"{self.name} x{self.connections}"


#: name in the tables, who answers, scene of the client
_PAIRS = (
    ("pgbench award", Place.PGBENCH, "award"),
    ("bare cte", Place.BARE, "cte"),
    ("bare real", Place.BARE, "real"),
    ("bare form", Place.BARE, "form"),
    ("award JSON", Place.POSTGRES, "api"),
    ("award form", Place.POSTGRES, "counter"),
    ("award JSON, SQLite", Place.SQLITE, "api"),
    ("award form, SQLite", Place.SQLITE, "counter"),
)
PING = Slot("bare ping", Place.BARE, "ping", MANY)
SAME_CARD = Slot("award JSON, same card", Place.POSTGRES, "same", MANY)
OPEN_JSON = Slot("award JSON, open loop", Place.POSTGRES, "api", OPEN_CALLERS, rate=OPEN_RATE)
OPEN_FORM = Slot("award form, open loop", Place.POSTGRES, "counter", OPEN_CALLERS, rate=OPEN_RATE)


def slots() -> tuple[Slot, ...]:
    """Return all slots of one repetition; what is compared stands close together."""
    many = [Slot(name, place, scene, MANY) for name, place, scene in _PAIRS]
    one = [
        Slot(name, place, scene, 1, share=0.5) for name, place, scene in (("bare ping", Place.BARE, "ping"), *_PAIRS)
    ]
    return (PING, *many, SAME_CARD, *one, OPEN_JSON, OPEN_FORM)
