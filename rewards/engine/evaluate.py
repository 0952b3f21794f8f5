"""Evaluate: rules and the facts of one sale in; grants, changed carries and a verdict per rule out.

Pure: nothing is read, written or remembered, the order of the given rules does not matter, no grant is below
1. Rules of one program and group stack: the group's first rule says whether all count, the best, or the first.
Multipliers come after the other rules of their group, work on what those were granted, and stack among
themselves in the same way. A rule that is stopped, or whose conditions fail, leaves its carry as it was: the
sale did not count for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewards.engine.effects import Yield
from rewards.engine.facts import SaleFacts
from rewards.engine.reasons import Check, Reason
from rewards.engine.rules import Rule, Stacking, in_order
from rewards.engine.verdicts import Evaluation, Grant, RuleVerdict, verdict_from_json

__all__ = ["Check", "Evaluation", "Grant", "Reason", "RuleVerdict", "evaluate", "verdict_from_json"]


@dataclass(slots=True)
class _Trial:
    """One rule while its group is worked out."""

    rule: Rule
    checks: tuple[Check, ...]
    yields: tuple[Yield, ...] = ()
    stopped_by: Reason | None = field(default=None)

    @property
    def units(self) -> int:
        return sum(found.units for found in self.yields)

    @property
    def carry_delta(self) -> int:
        return sum(found.carry_delta for found in self.yields)

    def holds(self) -> bool:
        return all(check.held for check in self.checks)

    def takes_effect(self) -> bool:
        return self.units > 0 or self.carry_delta != 0

    def stop(self, reason: Reason) -> None:
        self.stopped_by = reason
        self.yields = ()


def evaluate(*, rules: Sequence[Rule], facts: SaleFacts) -> Evaluation:
    """Work out what the sale earns under `rules`, in order of program, position and key.

    Raises:
        ValueError: two rules share a key (two versions of one rule, say): their carry could not be told apart.
    """
    ordered = in_order(rules)
    if len({rule.key for rule in ordered}) != len(ordered):
        raise ValueError("each rule may be given once, in one version")
    trials = [_Trial(rule, tuple(condition.check(facts) for condition in rule.conditions)) for rule in ordered]
    groups: dict[tuple[str, str], list[_Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.rule.program, trial.rule.group), []).append(trial)
    for members in groups.values():
        _work_out(members, facts)
    return Evaluation(
        grants=tuple(grant for trial in trials for grant in _grants(trial)),
        verdicts=tuple(_verdict(trial) for trial in trials),
        carries={(t.rule.program, t.rule.key): t.carry_delta for t in trials if t.carry_delta},
    )


def _work_out(members: Sequence[_Trial], facts: SaleFacts) -> None:
    """Apply the effects of one group: first the rules that stand alone, then the multipliers on top."""
    stacking = members[0].rule.stacking
    holding = [trial for trial in members if trial.holds()]
    base = [trial for trial in holding if not trial.rule.multiplies()]
    on_top = [trial for trial in holding if trial.rule.multiplies()]
    _apply(base, facts, base_units=0)
    _stack(base, stacking)
    _apply(on_top, facts, base_units=sum(trial.units for trial in base))
    _stack(on_top, stacking)


def _apply(trials: Sequence[_Trial], facts: SaleFacts, *, base_units: int) -> None:
    for trial in trials:
        carried = facts.carry.get(trial.rule.key, 0)
        trial.yields = tuple(
            effect.apply(facts, carried_cents=carried, base_units=base_units) for effect in trial.rule.effects
        )


def _stack(trials: Sequence[_Trial], stacking: Stacking) -> None:
    """Leave one trial standing unless all count. One that has no effect neither wins nor is stopped."""
    able = [trial for trial in trials if trial.takes_effect()]
    if stacking is Stacking.ALL or len(able) < 2:
        return
    # max() returns the earlier of equals.
    winner = able[0] if stacking is Stacking.FIRST else max(able, key=lambda trial: trial.units)
    for trial in able:
        if trial is winner:
            continue
        figures: dict[str, str | int] = {"rule": winner.rule.name}
        if stacking is Stacking.FIRST:
            trial.stop(Reason("stopped_by_earlier", figures))
        else:
            figures |= {"own_units": trial.units, "winner_units": winner.units}
            trial.stop(Reason("stopped_by_better", figures))


def _grants(trial: _Trial) -> tuple[Grant, ...]:
    rule = trial.rule
    return tuple(
        Grant(rule.key, rule.version, rule.program, found.units, found.why, found.carry_delta)
        for found in trial.yields
        if found.units > 0
    )


def _verdict(trial: _Trial) -> RuleVerdict:
    rule = trial.rule
    effects = tuple(Check(found.why, held=found.units > 0) for found in trial.yields)
    return RuleVerdict(
        rule_key=rule.key,
        rule_version=rule.version,
        program=rule.program,
        name=rule.name,
        granted=trial.units,
        checks=trial.checks + effects,
        stopped_by=trial.stopped_by,
    )
