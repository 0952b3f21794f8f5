"""Rules as lines in plain language, for lists and pages of the office. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from members.models import Merchant, Store
from rewards.engine.rules import Rule as EngineRule
from rewards.engine.rules import parse_rule
from rewards.models import Program, Rule
from rewards.wording.preview import preview


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in words. `is_open`: it has no end yet; `is_valid`: it books at the moment asked for."""

    rule: Rule
    text: str
    is_open: bool
    is_valid: bool


def rules_of(*, program: Program, at: datetime, language: str) -> list[RuleLine]:
    """Return the newest version of each of the program's rules, the open ones first, in the order they count."""
    versions = Rule.objects.for_merchant(program.merchant_id).filter(program=program).order_by("version")
    newest = {rule.key: rule for rule in versions}
    stores = store_names(program.merchant)
    lines = [
        RuleLine(
            rule=rule,
            text=rule_line(rule, program=program, language=language, stores=stores),
            is_open=rule.ends_at is None,
            is_valid=rule.starts_at <= at and (rule.ends_at is None or at < rule.ends_at),
        )
        for rule in newest.values()
    ]
    return sorted(lines, key=lambda line: (not line.is_open, line.rule.position, line.rule.pk))


def rule_line(rule: Rule, *, program: Program, language: str, stores: Mapping[str, str]) -> str:
    """Return one stored rule in words."""
    return in_words(compiled(rule, program=program), program=program, language=language, stores=stores)


def in_words(rule: EngineRule, *, program: Program, language: str, stores: Mapping[str, str]) -> str:
    """Return one compiled rule in words, its first letter large."""
    text = preview(
        rule,
        unit_singular=program.unit_singular,
        unit_plural=program.unit_plural,
        language=language,
        stores=stores,
    )
    return text[:1].upper() + text[1:]


def compiled(rule: Rule, *, program: Program) -> EngineRule:
    """Return a stored rule ready to be looked at."""
    return parse_rule(
        definition=rule.definition,
        key=str(rule.key),
        version=rule.version,
        program=str(program.public_id),
        name=rule.name,
        position=rule.position,
    )


def store_names(merchant: Merchant) -> dict[str, str]:
    """Return the merchant's stores by the key that rules name them with."""
    stores = Store.objects.for_merchant(merchant).values_list("public_id", "name")
    return {str(public_id): name for public_id, name in stores}
