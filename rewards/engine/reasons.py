"""Reasons: why a condition held or failed, why a rule granted what it did, why it was stopped.

A reason is a code and its figures, never a sentence: sentences are made when somebody reads them, in the
reader's language (rewards/wording). Codes and the names of their parameters are stored with bookings for
years, so they are never renamed and never change meaning: a new meaning is a new code.
A parameter's name says its unit: it ends in _cents, _minute, _on (ISO date), or is called units or ends in
_units. Several texts or numbers share one parameter, one per line (`in_lines`, `from_lines`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from rewards.engine.stored import JsonObject, flag_at, object_at, text_at


@dataclass(frozen=True, slots=True)
class ReasonSpec:
    """One code of the vocabulary and the names of the parameters that always come with it."""

    code: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its figures. `params` is treated as read-only."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    def to_json(self) -> JsonObject:
        """Return a JSON object that `from_json` reads back to an equal reason."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read a stored reason.

        Raises:
            ValueError: the code is no text, or a parameter is neither a text nor a whole number.
        """
        params: dict[str, str | int] = {}
        for name, value in object_at(stored, "params").items():
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise ValueError(f"stored reason parameter {name!r} must be a text or a whole number")
            params[name] = value
        return cls(text_at(stored, "code"), params)


@dataclass(frozen=True, slots=True)
class Check:
    """One condition or effect looked at: the reason, and whether it spoke for the grant."""

    reason: Reason
    held: bool

    def to_json(self) -> JsonObject:
        """Return a JSON object that `from_json` reads back to an equal check."""
        return {"held": self.held, "reason": self.reason.to_json()}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Self:
        """Read a stored check.

        Raises:
            ValueError: a part is missing or of a wrong type.
        """
        return cls(Reason.from_json(object_at(stored, "reason")), flag_at(stored, "held"))


def in_lines(values: Iterable[str | int]) -> str:
    """Return several values as one parameter, one per line."""
    return "\n".join(str(value) for value in values)


def from_lines(value: str | int) -> tuple[str, ...]:
    """Return the values that `in_lines` put into one parameter, as texts."""
    return tuple(str(value).split("\n"))
