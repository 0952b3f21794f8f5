"""What a made-up shop consists of, as plain data: the shapes that ``shops`` fills and ``writer`` brings to life.

Pure: no model, no clock, no randomness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from members.models import Role, StampSign

#: Weekday "0" (Monday) to "6" -> opening and closing time; absent = closed. As ``Store.opening_hours`` keeps it.
Hours = Mapping[str, tuple[str, str]]


class Trade(StrEnum):
    """What kind of business it is: decides when people come and what they spend."""

    BAKERY = "bakery"
    SALON = "salon"
    CAFE = "cafe"


@dataclass(frozen=True, slots=True)
class StorePlan:
    """A store with its tills' names."""

    name: str
    street: str
    postal_code: str
    city: str
    hours: Hours = field(hash=False)
    tills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RewardPlan:
    """A reward; ``price`` in units of its program."""

    name: str
    price: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule's name and its effects, as a definition writes them."""

    name: str
    then: tuple[Mapping[str, str | int | bool], ...] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ProgramPlan:
    """A live program. ``lock_seconds`` between two bookings of a card (0 = none), ``daily_units`` at most per card."""

    name: str
    kind: str
    unit: str
    singular: str
    plural: str
    rules: tuple[RulePlan, ...]
    rewards: tuple[RewardPlan, ...]
    lock_seconds: int
    daily_units: int
    expiry_months: int = 36


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the team."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A whole shop. ``weight``: its part of the demo's members, in relation to the other shops'.

    ``staff_bookings``: how many bookings a person at the till may make a day.
    """

    slug: str
    name: str
    trade: Trade
    stamp: StampSign
    color: str
    weight: int
    stores: tuple[StorePlan, ...]
    programs: tuple[ProgramPlan, ...]
    team: tuple[Colleague, ...]
    staff_bookings: int = 250
