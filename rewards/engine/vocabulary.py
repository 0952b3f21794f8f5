"""The vocabulary as data: every condition, effect, reason and problem, each defined once.

Forms, API schema, previews and sentences are generated from these tables. A further kind is one class added to
`ALL_CONDITIONS` or `ALL_EFFECTS`; tests then ask for its sentences, labels and preview. The tables are
read-only and in the order in which forms offer the kinds.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rewards.engine.condition import Condition
from rewards.engine.conditions import ALL_CONDITIONS
from rewards.engine.effects import ALL_EFFECTS, Effect
from rewards.engine.parameters import Entry, ParameterSpec, ParameterType
from rewards.engine.problems import PROBLEMS, ProblemSpec
from rewards.engine.reasons import ReasonSpec

__all__ = [
    "CONDITIONS",
    "EFFECTS",
    "PROBLEMS",
    "REASONS",
    "STACKING_REASONS",
    "ParameterSpec",
    "ParameterType",
    "ProblemSpec",
    "ReasonSpec",
]

#: Why a rule that could have granted did not: another one of its group went before.
STACKING_REASONS: tuple[ReasonSpec, ...] = (
    ReasonSpec("stopped_by_better", ("rule", "own_units", "winner_units")),
    ReasonSpec("stopped_by_earlier", ("rule",)),
)

CONDITIONS: Mapping[str, type[Condition]] = MappingProxyType({entry.kind: entry for entry in ALL_CONDITIONS})
EFFECTS: Mapping[str, type[Effect]] = MappingProxyType({entry.kind: entry for entry in ALL_EFFECTS})


def _all_reasons(entries: Iterable[type[Entry]]) -> dict[str, ReasonSpec]:
    """Collect every code once; two entries may share a code only with the same parameters."""
    found = {spec.code: spec for spec in STACKING_REASONS}
    for entry in entries:
        for spec in entry.reasons:
            if found.setdefault(spec.code, spec) != spec:
                raise RuntimeError(f"reason {spec.code!r} is defined twice with different parameters")
    return found


REASONS: Mapping[str, ReasonSpec] = MappingProxyType(_all_reasons((*ALL_CONDITIONS, *ALL_EFFECTS)))
