"""Brings a planned shop to life: merchant, stores, tills, programs, limits, team; everything with an entrance.

Uses the same functions as the office will (programs, rules, rewards, keys, PINs), so that the demo is a shop like any
other. Joins the caller's transaction. Members and bookings come from ``story`` and ``crowd``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from fraud.models import Limit, LimitKind, LimitSubject
from loyalty_site.demo.access import StaffAccess, TillAccess
from loyalty_site.demo.plans import ProgramPlan, ShopPlan
from loyalty_site.demo.team import hire
from members.audit import Actor
from members.card_numbers import grouped
from members.domain.merchants import touch_rules
from members.domain.tills import make_api_key, start_pairing
from members.models import Merchant, Role, Staff, Store, Till
from rewards.domain.programs import save_program, save_reward, save_rule
from rewards.models import Program, ProgramState, Reward

ACTOR: Final = Actor.job("seed_demo")
#: Long enough that whoever tries the demo tomorrow still gets a device paired.
PAIRING_MINUTES: Final = 30 * 24 * 60


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as written. ``tills``: those of each store, in the plan's order."""

    plan: ShopPlan
    merchant: Merchant
    zone: ZoneInfo
    stores: tuple[Store, ...]
    tills: tuple[tuple[Till, ...], ...]
    staff: tuple[Staff, ...]
    staff_access: tuple[StaffAccess, ...]
    till_access: tuple[TillAccess, ...]

    def cashiers(self) -> list[Staff]:
        """Return the people at the tills."""
        return [person for person in self.staff if person.role == Role.CASHIER]

    def manager(self) -> Staff:
        """Return who decides at the counter."""
        return next(person for person in self.staff if person.role == Role.MANAGER)


def build_shop(*, plan: ShopPlan, opened_at: datetime, at: datetime) -> Shop:
    """Write the shop as of ``opened_at``; its pairing code counts from ``at``, the present."""
    merchant = Merchant.objects.create(slug=plan.slug, name=plan.name, stamp=plan.stamp, brand_color=plan.color)
    stores = tuple(
        Store.objects.create(
            merchant=merchant,
            name=store.name,
            street=store.street,
            postal_code=store.postal_code,
            city=store.city,
            opening_hours={day: list(hours) for day, hours in store.hours.items()},
        )
        for store in plan.stores
    )
    tills = tuple(
        tuple(Till.objects.create(merchant=merchant, store=store, name=name) for name in store_plan.tills)
        for store, store_plan in zip(stores, plan.stores, strict=True)
    )
    for position, program in enumerate(plan.programs):
        _open_program(merchant, program, position=position, opened_at=opened_at)
    Limit.objects.create(
        merchant=merchant, kind=LimitKind.BOOKINGS, subject=LimitSubject.STAFF, maximum=plan.staff_bookings
    )
    touch_rules(merchant=merchant)
    hired = [hire(merchant=merchant, colleague=colleague, actor=ACTOR, at=opened_at) for colleague in plan.team]
    return Shop(
        plan=plan,
        merchant=merchant,
        zone=ZoneInfo(merchant.timezone),
        stores=stores,
        tills=tills,
        staff=tuple(staff for staff, _ in hired),
        staff_access=tuple(access for _, access in hired),
        till_access=tuple(
            _open_till(till, opened_at=opened_at, at=at, is_first=till is tills[0][0]) for row in tills for till in row
        ),
    )


def _open_program(merchant: Merchant, plan: ProgramPlan, *, position: int, opened_at: datetime) -> None:
    """Write a live program with its rules and rewards, and the limits of its own."""
    program = save_program(
        program=Program(
            merchant=merchant,
            name=plan.name,
            kind=plan.kind,
            state=ProgramState.LIVE,
            unit=plan.unit,
            unit_singular=plan.singular,
            unit_plural=plan.plural,
            expiry_months=plan.expiry_months,
            position=position,
        )
    )
    for at_position, rule in enumerate(plan.rules):
        save_rule(
            program=program, name=rule.name, definition={"then": list(rule.then)}, at=opened_at, position=at_position
        )
    for reward in plan.rewards:
        save_reward(
            reward=Reward(
                merchant=merchant,
                program=program,
                name=reward.name,
                description=reward.description,
                price=reward.price,
            )
        )
    own = {"merchant": merchant, "subject": LimitSubject.CARD, "program": str(program.public_id)}
    if plan.lock_seconds:
        Limit.objects.create(**own, kind=LimitKind.INTERVAL, seconds=plan.lock_seconds)
    Limit.objects.create(**own, kind=LimitKind.UNITS, maximum=plan.daily_units)


def _open_till(till: Till, *, opened_at: datetime, at: datetime, is_first: bool) -> TillAccess:
    """Give the till an API key, and the first one a code that pairs the device at hand."""
    key = make_api_key(till=till, actor=ACTOR, at=opened_at)
    code = start_pairing(till=till, actor=ACTOR, at=at, ttl_minutes=PAIRING_MINUTES) if is_first else None
    return TillAccess(store=till.store.name, name=till.name, api_key=key, pairing_code=grouped(code) if code else None)
