"""What fraud answers: a decision, its reasons as codes with figures, and where it is kept.

Sentences are made when somebody reads them (fraud.wording), in the reader's language. Pure: no ORM, no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What may follow an assessed event; the values are those of ``Assessment.decision``."""

    ALLOW = "allow"
    STEP_UP = "step_up"
    HOLD = "hold"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason code and its figures. Codes are stored for years and never change meaning."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, object]:
        """Return the form that an ``Assessment`` row stores."""
        return {"code": self.code, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Charge:
    """What one allowed event took from one limit's counter; an undo gives exactly this back."""

    limit_id: int
    subject_id: int
    window: int
    units: int
    next_at: int

    def to_json(self) -> dict[str, int]:
        """Return the form that an ``Assessment`` row stores."""
        return {
            "limit": self.limit_id,
            "subject": self.subject_id,
            "window": self.window,
            "units": self.units,
            "next_at": self.next_at,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, int]) -> "Charge":
        """Read a stored charge back."""
        return cls(
            limit_id=stored["limit"],
            subject_id=stored["subject"],
            window=stored["window"],
            units=stored["units"],
            next_at=stored["next_at"],
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one event. ``assessment_id`` is the row that keeps it."""

    verdict: Verdict
    causes: tuple[Cause, ...]
    assessment_id: int

    @property
    def allows(self) -> bool:
        """Whether the event may go on without further ado."""
        return self.verdict is Verdict.ALLOW
