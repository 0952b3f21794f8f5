"""Verdicts: what evaluating the rules came to, in a form that a booking stores and reads back.

Grants become transfers, carries become the account's new remainders, verdicts answer "why" and "why not" for
years. All of it is plain data: `to_json` and `from_json` are inverse to one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from rewards.engine.reasons import Check, Reason
from rewards.engine.stored import JsonObject, object_at, objects_at, text_at, whole_number_at


@dataclass(frozen=True, slots=True)
class Grant:
    """Units that one effect of one rule version grants. `amount` is 1 or more.

    carry_delta tells how this effect moved the rule's carry, in cents. It is also part of
    `Evaluation.carries`, which knows rules that granted nothing as well: an undo takes back those, not both.
    """

    rule_key: str
    rule_version: int
    program: str
    amount: int
    why: Reason
    carry_delta: int = 0

    def to_json(self) -> JsonObject:
        """Return a JSON object that `from_json` reads back to an equal grant."""
        return {
            "rule_key": self.rule_key,
            "rule_version": self.rule_version,
            "program": self.program,
            "amount": self.amount,
            "why": self.why.to_json(),
            "carry_delta": self.carry_delta,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read a stored grant.

        Raises:
            ValueError: a part is missing or of a wrong type.
        """
        return cls(
            rule_key=text_at(stored, "rule_key"),
            rule_version=whole_number_at(stored, "rule_version"),
            program=text_at(stored, "program"),
            amount=whole_number_at(stored, "amount"),
            why=Reason.from_json(object_at(stored, "why")),
            carry_delta=whole_number_at(stored, "carry_delta"),
        )


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """One rule looked at: what it granted in all, each check, and what stopped it.

    checks: every condition in the rule's order; when all held and nothing stopped the rule, every effect too.
    stopped_by: set when all conditions held but another rule of the group went before.
    name: the rule's name at that time, so that later renaming does not rewrite history.
    """

    rule_key: str
    rule_version: int
    program: str
    name: str
    granted: int
    checks: tuple[Check, ...]
    stopped_by: Reason | None = None

    def to_json(self) -> JsonObject:
        """Return a JSON object that `verdict_from_json` reads back to an equal verdict."""
        return {
            "rule_key": self.rule_key,
            "rule_version": self.rule_version,
            "program": self.program,
            "name": self.name,
            "granted": self.granted,
            "checks": [check.to_json() for check in self.checks],
            "stopped_by": None if self.stopped_by is None else self.stopped_by.to_json(),
        }


def verdict_from_json(stored: Mapping[str, object]) -> RuleVerdict:
    """Read a stored verdict.

    Raises:
        ValueError: a part is missing or of a wrong type.
    """
    stopped = stored.get("stopped_by")
    return RuleVerdict(
        rule_key=text_at(stored, "rule_key"),
        rule_version=whole_number_at(stored, "rule_version"),
        program=text_at(stored, "program"),
        name=text_at(stored, "name"),
        granted=whole_number_at(stored, "granted"),
        checks=tuple(Check.from_json(check) for check in objects_at(stored, "checks")),
        stopped_by=None if stopped is None else Reason.from_json(object_at(stored, "stopped_by")),
    )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What all rules together came to for one sale.

    carries: (program, rule key) to the change of that rule's carry in cents, never 0. An undo adds the
    opposite of each to the account and thereby restores the sum that still counts.
    """

    grants: tuple[Grant, ...]
    verdicts: tuple[RuleVerdict, ...]
    carries: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)

    def to_json(self) -> JsonObject:
        """Return a JSON object that `from_json` reads back to an equal evaluation."""
        return {
            "grants": [grant.to_json() for grant in self.grants],
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
            "carries": [
                {"program": program, "rule_key": rule_key, "delta": delta}
                for (program, rule_key), delta in self.carries.items()
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read a stored evaluation.

        Raises:
            ValueError: a part is missing or of a wrong type.
        """
        return cls(
            grants=tuple(Grant.from_json(grant) for grant in objects_at(stored, "grants")),
            verdicts=tuple(verdict_from_json(verdict) for verdict in objects_at(stored, "verdicts")),
            carries={
                (text_at(carry, "program"), text_at(carry, "rule_key")): whole_number_at(carry, "delta")
                for carry in objects_at(stored, "carries")
            },
        )
