"""Rules: a definition in JSON, read strictly into conditions and effects.

Definition: {"when": [{"kind": "amount", "minimum_cents": 500}], "then": [{"kind": "fixed", "units": 1}],
"group": "base", "stacking": "all"}; "when" may be missing or empty, group and stacking default to these.
A rule that was read can be evaluated without further checks. `parse_rule` raises nothing but `InvalidRule`, with
all problems at once; `problems_together` looks at what only shows beside other rules.
It does not know versions in time or who may edit: that is rewards/domain/programs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from rewards.engine.condition import Condition
from rewards.engine.contradictions import contradictions
from rewards.engine.effects import Effect, PerAmount
from rewards.engine.parameters import Entry, read_text
from rewards.engine.problems import InvalidRule, Problem, echo, under
from rewards.engine.reasons import in_lines
from rewards.engine.stored import JsonObject
from rewards.engine.vocabulary import CONDITIONS, EFFECTS

__all__ = ["InvalidRule", "Problem", "Rule", "Stacking", "in_order", "parse_rule", "problems_together"]

DEFAULT_GROUP = "base"
MOST_CONDITIONS = 20
MOST_EFFECTS = 5
KNOWN_NAMES = ("when", "then", "group", "stacking")

SomeEntry = TypeVar("SomeEntry", bound=Entry)


class Stacking(StrEnum):
    """Which rules of a group count when several could."""

    ALL = "all"
    BEST = "best"  # the one that grants most; on a tie the earlier one
    FIRST = "first"  # the earliest that grants or carries anything


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule, ready to evaluate.

    key: the same over all versions and unique per merchant; the carry belongs to it. program: the key of the
    program whose unit it grants. group: rules of one program and group stack; position orders them.
    """

    key: str
    version: int
    program: str
    name: str
    conditions: tuple[Condition, ...]
    effects: tuple[Effect, ...]
    group: str = DEFAULT_GROUP
    position: int = 0
    stacking: Stacking = Stacking.ALL

    def multiplies(self) -> bool:
        """Say whether it works on what the group's other rules grant."""
        return any(effect.multiplies for effect in self.effects)

    def definition(self) -> JsonObject:
        """Return the definition in its normal form; `parse_rule` reads it back to an equal rule."""
        return {
            "when": [condition.to_json() for condition in self.conditions],
            "then": [effect.to_json() for effect in self.effects],
            "group": self.group,
            "stacking": self.stacking.value,
        }


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules in the one order used everywhere: by program, position and key."""
    return sorted(rules, key=lambda rule: (rule.program, rule.position, rule.key))


def parse_rule(
    *, definition: Mapping[str, object], key: str, version: int, program: str, name: str, position: int = 0
) -> Rule:
    """Read a definition, whatever JSON it is.

    Raises:
        InvalidRule: with everything that has to change.
    """
    if not isinstance(definition, Mapping):
        raise InvalidRule((Problem("", "wrong_type", {"expected": "object"}),))
    problems: list[Problem] = []
    for unknown in definition:
        if unknown not in KNOWN_NAMES:
            shown = echo(str(unknown))
            problems.append(Problem(shown, "unknown_parameter", {"name": shown}))
    when, then = _given(definition, "when", []), _given(definition, "then", [])
    conditions = _read_entries(CONDITIONS, when, path="when", most=MOST_CONDITIONS, problems=problems)
    effects = _read_entries(EFFECTS, then, path="then", most=MOST_EFFECTS, problems=problems)
    if isinstance(then, list | tuple) and not then:
        problems.append(Problem("then", "effect_missing"))
    problems.extend(contradictions(conditions, path="when"))
    problems.extend(_effect_problems(effects))
    group = _read_group(definition, problems)
    stacking = _read_stacking(definition, problems)
    if problems:
        raise InvalidRule(tuple(problems))
    return Rule(key, version, program, name, conditions, effects, group, position, stacking)


def problems_together(rules: Sequence[Rule]) -> tuple[Problem, ...]:
    """Return what is wrong with rules beside one another: the path is the rule's key.

    Evaluating such rules is still defined (the first rule of a group says how it stacks, a multiplier without
    a base grants nothing), but it is not what an owner can have meant.
    """
    return tuple(_problems_together(in_order(rules)))


def _problems_together(rules: Sequence[Rule]) -> Iterator[Problem]:
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.program, rule.group), []).append(rule)
    for (_, group), members in groups.items():
        for rule in members:
            if rule.stacking != members[0].stacking:
                yield Problem(rule.key, "stacking_mixed", {"group": group})
        if all(rule.multiplies() for rule in members):
            for rule in members:
                yield Problem(rule.key, "multiplier_without_base", {"group": group})


def _given(definition: Mapping[str, object], name: str, default: object) -> object:
    """Return what is given under `name`; null is the same as absent, as everywhere in a definition."""
    raw = definition.get(name)
    return default if raw is None else raw


def _read_entries(
    kinds: Mapping[str, type[SomeEntry]], raw: object, *, path: str, most: int, problems: list[Problem]
) -> tuple[SomeEntry, ...]:
    """Read the entries that are right; whatever is not adds to the problems."""
    if not isinstance(raw, list | tuple):
        problems.append(Problem(path, "wrong_type", {"expected": "list"}))
        return ()
    if len(raw) > most:
        problems.append(Problem(path, "list_too_long", {"maximum": most}))
        return ()
    read = [_read_entry(kinds, entry, path=under(path, i), problems=problems) for i, entry in enumerate(raw)]
    return tuple(entry for entry in read if entry is not None)


def _read_entry(
    kinds: Mapping[str, type[SomeEntry]], raw: object, *, path: str, problems: list[Problem]
) -> SomeEntry | None:
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, "wrong_type", {"expected": "object"}))
        return None
    kind = raw.get("kind")
    if kind is None:
        problems.append(Problem(under(path, "kind"), "missing_parameter"))
        return None
    if not isinstance(kind, str):
        problems.append(Problem(under(path, "kind"), "wrong_type", {"expected": "text"}))
        return None
    if kind not in kinds:
        problems.append(Problem(under(path, "kind"), "kind_unknown", {"kind": echo(kind)}))
        return None
    return kinds[kind].read(raw, path=path, problems=problems)


def _effect_problems(effects: Sequence[Effect]) -> Iterator[Problem]:
    # One carry per rule: the account keeps one remainder under the rule's key.
    if sum(isinstance(effect, PerAmount) and effect.carry for effect in effects) > 1:
        yield Problem("then", "carry_twice")
    if len(effects) > 1 and any(effect.multiplies for effect in effects):
        yield Problem("then", "multiplier_not_alone")


def _read_group(definition: Mapping[str, object], problems: list[Problem]) -> str:
    group = read_text(_given(definition, "group", DEFAULT_GROUP), path="group")
    if isinstance(group, Problem):
        problems.append(group)
        return DEFAULT_GROUP
    return group


def _read_stacking(definition: Mapping[str, object], problems: list[Problem]) -> Stacking:
    raw = _given(definition, "stacking", Stacking.ALL.value)
    for stacking in Stacking:
        if isinstance(raw, str) and raw == stacking.value:
            return stacking
    problems.append(Problem("stacking", "unknown_choice", {"choices": in_lines(Stacking)}))
    return Stacking.ALL
