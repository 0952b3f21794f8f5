"""Problems: what is wrong with a rule's definition, as data.

A problem names the place (`path`, such as "when.0.minimum_cents"), a code and its figures; the sentence that
says what to change is made in rewards/wording. A definition is read to its end, so that all problems come at
once. Parameters never hold numbers that an owner typed out of range, and texts only cut short and printable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rewards.engine.stored import JsonObject

LONGEST_ECHO = 40


@dataclass(frozen=True, slots=True)
class ProblemSpec:
    """One problem code and the names of the parameters that always come with it."""

    code: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change in a definition. `path` is dotted, empty for the definition as a whole."""

    path: str
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    def to_json(self) -> JsonObject:
        """Return a JSON object for an API answer."""
        return {"path": self.path, "code": self.code, "params": dict(self.params)}


class InvalidRule(ValueError):
    """A definition that cannot become a rule; `problems` says all of what to change, in order of place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.path or 'definition'}: {problem.code}" for problem in problems))
        self.problems = problems


def echo(text: str) -> str:
    """Return an owner's text short and printable, fit to be named in a problem."""
    shown = text if text.isprintable() else ascii(text)
    return shown[:LONGEST_ECHO]


def under(path: str, name: str | int) -> str:
    """Return the path of `name` below `path`."""
    return f"{path}.{name}" if path else str(name)


PROBLEMS: Mapping[str, ProblemSpec] = {
    spec.code: spec
    for spec in (
        ProblemSpec("wrong_type", ("expected",)),
        ProblemSpec("unknown_parameter", ("name",)),
        ProblemSpec("missing_parameter"),
        ProblemSpec("too_small", ("minimum",)),
        ProblemSpec("too_large", ("maximum",)),
        ProblemSpec("unknown_choice", ("choices",)),
        ProblemSpec("list_empty"),
        ProblemSpec("list_too_long", ("maximum",)),
        ProblemSpec("text_invalid", ("maximum",)),
        ProblemSpec("date_invalid"),
        ProblemSpec("kind_unknown", ("kind",)),
        ProblemSpec("one_needed", ("first", "second")),
        ProblemSpec("range_reversed", ("first", "second")),
        ProblemSpec("window_empty"),
        ProblemSpec("maximum_below_units", ("units",)),
        ProblemSpec("conditions_contradict", ("kind",)),
        ProblemSpec("conditions_exclude", ("first", "second")),
        ProblemSpec("effect_missing"),
        ProblemSpec("carry_twice"),
        ProblemSpec("multiplier_not_alone"),
        ProblemSpec("stacking_mixed", ("group",)),
        ProblemSpec("multiplier_without_base", ("group",)),
    )
}
