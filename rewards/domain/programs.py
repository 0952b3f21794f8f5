"""Programs as bookings need them, and the ways an owner changes them.

``book_for(merchant)`` returns everything a booking must know about the merchant's live programs: compiled rules,
rewards, system accounts. Each process keeps it until ``Merchant.rules_version`` moves, so a booking pays no
query for it and a change is seen by the next booking everywhere. Every function here that changes a program, a
rule or a reward moves that version; nothing else may save them.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.domain.merchants import touch_rules
from members.models import Merchant
from rewards.engine.rules import Rule as EngineRule
from rewards.engine.rules import parse_rule
from rewards.models import SYSTEM_KINDS, Account, Program, ProgramState, Reward, Rule

_CACHED_MERCHANTS = 1000
_cache: dict[uuid.UUID, "ProgramBook"] = {}


@dataclass(frozen=True, slots=True)
class LiveRule:
    """One version of a rule with its time of validity and its row."""

    row_id: int
    starts_at: datetime
    ends_at: datetime | None
    rule: EngineRule

    def holds(self, at: datetime) -> bool:
        """Whether this version is the valid one at ``at``."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class LiveReward:
    """A reward as it can be bought; ``price`` in units of its program."""

    row_id: int
    public_id: str
    name: str
    description: str
    price: int
    starts_at: datetime | None
    ends_at: datetime | None
    limited: bool

    def is_open(self, at: datetime) -> bool:
        """Whether ``at`` lies in the reward's window."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class LiveProgram:
    """A live program with its rules, its rewards by rising price and its system accounts (kind -> id)."""

    row_id: int
    public_id: str
    name: str
    kind: str
    unit: str
    unit_singular: str
    unit_plural: str
    starts_at: datetime | None
    ends_at: datetime | None
    expiry_months: int
    expiry_rounding: str
    redeem_freshness: str
    redeem_level: int
    rules: tuple[LiveRule, ...]
    rewards: tuple[LiveReward, ...]
    system: Mapping[str, int]

    def is_open(self, at: datetime) -> bool:
        """Whether it books at ``at``."""
        return (self.starts_at is None or self.starts_at <= at) and (self.ends_at is None or at < self.ends_at)

    def unit_name(self, amount: int) -> str:
        """Return the unit's word for ``amount`` units."""
        return self.unit_singular if abs(amount) == 1 else self.unit_plural


@dataclass(frozen=True, slots=True)
class ProgramBook:
    """All live programs of a merchant at one ``rules_version``."""

    version: int
    programs: tuple[LiveProgram, ...]

    def program(self, row_id: int) -> LiveProgram | None:
        """Return the live program with this primary key."""
        return next((p for p in self.programs if p.row_id == row_id), None)

    def reward(self, public_id: str) -> tuple[LiveProgram, LiveReward] | None:
        """Return the active reward with this public id and its program."""
        for program in self.programs:
            for reward in program.rewards:
                if reward.public_id == public_id:
                    return program, reward
        return None


def book_for(merchant: Merchant) -> ProgramBook:
    """Return the merchant's book, from this process's cache while ``rules_version`` stands."""
    book = _cache.get(merchant.public_id)
    if book is None or book.version != merchant.rules_version:
        book = _read_book(merchant)
        if len(_cache) >= _CACHED_MERCHANTS:
            _cache.clear()
        _cache[merchant.public_id] = book
    return book


def save_program(*, program: Program) -> Program:
    """Save a program, open its system accounts if it is new, and let bookings see it.

    Raises:
        ValidationError: a field or a rule between fields does not hold; nothing is saved.
    """
    with transaction.atomic():
        program.full_clean()
        program.save()
        Account.objects.bulk_create(
            [
                Account(merchant_id=program.merchant_id, program=program, kind=kind, unit=program.unit)
                for kind in SYSTEM_KINDS
            ],
            ignore_conflicts=True,
        )
        touch_rules(merchant=program.merchant)
    return program


def save_rule(
    *, program: Program, name: str, definition: Mapping[str, object], at: datetime, rule: Rule | None = None,
    position: int = 0,
) -> Rule:  # fmt: skip
    """Write a rule or, for an existing one, its next version, valid from ``at``.

    The version before ends at ``at`` and stays as it was: bookings name the version that granted them.

    Raises:
        InvalidRule: with everything that has to change in the definition; nothing is saved.
    """
    key = rule.key if rule is not None else None
    fresh = Rule(merchant_id=program.merchant_id, program=program, name=name, position=position, starts_at=at)
    if key is not None and rule is not None:
        fresh.key, fresh.version = key, rule.version + 1
    fresh.definition = dict(definition)
    parsed = _compile(fresh, program_key=str(program.public_id))
    fresh.definition = parsed.definition()
    with transaction.atomic():
        if rule is not None:
            Rule.objects.for_merchant(program.merchant_id).filter(pk=rule.pk, ends_at__isnull=True).update(ends_at=at)
        fresh.save()
        touch_rules(merchant=program.merchant)
    return fresh


def end_rule(*, rule: Rule, at: datetime) -> None:
    """Close a rule from ``at`` on; what it granted stays."""
    with transaction.atomic():
        Rule.objects.for_merchant(rule.merchant_id).filter(pk=rule.pk, ends_at__isnull=True).update(ends_at=at)
        touch_rules(merchant=rule.merchant)


def save_reward(*, reward: Reward) -> Reward:
    """Save a reward and let the counter see it.

    Raises:
        ValidationError: a field does not hold; nothing is saved.
    """
    with transaction.atomic():
        reward.full_clean()
        reward.save()
        touch_rules(merchant=reward.merchant)
    return reward


def _read_book(merchant: Merchant) -> ProgramBook:
    rows = list(Program.objects.for_merchant(merchant).filter(state=ProgramState.LIVE).order_by("position", "pk"))
    ids = [row.pk for row in rows]
    rules = list(Rule.objects.for_merchant(merchant).filter(program_id__in=ids).order_by("position", "pk"))
    rewards = list(
        Reward.objects.for_merchant(merchant).filter(program_id__in=ids, is_active=True).order_by("price", "pk")
    )
    system = list(
        Account.objects.for_merchant(merchant)
        .filter(program_id__in=ids, card__isnull=True)
        .values_list("program_id", "kind", "pk")
    )
    return ProgramBook(
        version=merchant.rules_version,
        programs=tuple(
            _live_program(
                row,
                [rule for rule in rules if rule.program_id == row.pk],
                [reward for reward in rewards if reward.program_id == row.pk],
                {kind: pk for program_id, kind, pk in system if program_id == row.pk},
            )
            for row in rows
        ),
    )


def _live_program(
    row: Program, rules: Sequence[Rule], rewards: Sequence[Reward], system: Mapping[str, int]
) -> LiveProgram:
    key = str(row.public_id)
    return LiveProgram(
        row_id=row.pk,
        public_id=key,
        name=row.name,
        kind=row.kind,
        unit=row.unit,
        unit_singular=row.unit_singular,
        unit_plural=row.unit_plural,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        expiry_months=row.expiry_months,
        expiry_rounding=row.expiry_rounding,
        redeem_freshness=row.redeem_freshness,
        redeem_level=row.redeem_level,
        rules=tuple(LiveRule(rule.pk, rule.starts_at, rule.ends_at, _compile(rule, program_key=key)) for rule in rules),
        rewards=tuple(
            LiveReward(
                row_id=reward.pk,
                public_id=str(reward.public_id),
                name=reward.name,
                description=reward.description,
                price=reward.price,
                starts_at=reward.starts_at,
                ends_at=reward.ends_at,
                limited=reward.stock is not None,
            )
            for reward in rewards
        ),
        system=system,
    )


def _compile(rule: Rule, *, program_key: str) -> EngineRule:
    return parse_rule(
        definition=rule.definition,
        key=str(rule.key),
        version=rule.version,
        program=program_key,
        name=rule.name,
        position=rule.position,
    )
