"""What a booking came to, as faces show it and as it is stored for replays.

An outcome is data: codes and figures, names of programs and units as they were at that time. Sentences are made
from it in the reader's language by ``rewards.wording`` and ``fraud.wording``. ``to_json``/``from_json`` are
inverse, so that a replay answers exactly what was answered first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rewards.engine.reasons import Reason
from rewards.engine.verdicts import RuleVerdict, verdict_from_json


@dataclass(frozen=True, slots=True)
class GrantLine:
    """Units granted in one program, with the reason."""

    program: str
    program_name: str
    unit: str
    unit_name: str
    amount: int
    why: Reason


@dataclass(frozen=True, slots=True)
class NextReward:
    """The nearest reward the balance does not buy yet, or the dearest it buys. ``missing`` units, 0 = affordable."""

    reward: str
    name: str
    price: int
    missing: int


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A card's balance in one program after the booking."""

    program: str
    program_name: str
    kind: str
    unit: str
    unit_name: str
    available: int
    pending: int
    next_reward: NextReward | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decided request. ``status``: posted, held, step_up or refused; ``booking`` is its public id."""

    booking: str
    kind: str
    status: str
    card_number: str
    grants: tuple[GrantLine, ...] = ()
    balances: tuple[BalanceLine, ...] = ()
    reasons: tuple[Reason, ...] = ()
    verdicts: tuple[RuleVerdict, ...] = ()
    carries: tuple[tuple[str, str, int], ...] = ()
    details: Mapping[str, str | int] = field(default_factory=dict, hash=False)
    replayed: bool = False

    def as_replay(self) -> "Outcome":
        """Return the same outcome, marked as answered before."""
        return replace(self, replayed=True)

    def to_json(self) -> dict[str, Any]:  # Any: nested JSON
        """Return the form that ``Booking.result`` stores."""
        return {
            "grants": [
                {
                    "program": g.program,
                    "program_name": g.program_name,
                    "unit": g.unit,
                    "unit_name": g.unit_name,
                    "amount": g.amount,
                    "why": g.why.to_json(),
                }
                for g in self.grants
            ],
            "balances": [_balance_json(line) for line in self.balances],
            "reasons": [reason.to_json() for reason in self.reasons],
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
            "carries": [list(carry) for carry in self.carries],
            "details": dict(self.details),
        }

    @classmethod
    def from_json(
        cls, stored: Mapping[str, Any], *, booking: str, kind: str, status: str, card_number: str
    ) -> "Outcome":  # Any: nested JSON
        """Read a stored outcome back; the header comes from the booking's columns."""
        return cls(
            booking=booking,
            kind=kind,
            status=status,
            card_number=card_number,
            grants=tuple(GrantLine(**{**g, "why": Reason.from_json(g["why"])}) for g in stored["grants"]),
            balances=tuple(_balance_from(line) for line in stored["balances"]),
            reasons=tuple(Reason.from_json(reason) for reason in stored["reasons"]),
            verdicts=tuple(verdict_from_json(verdict) for verdict in stored["verdicts"]),
            carries=tuple((c[0], c[1], c[2]) for c in stored["carries"]),
            details=stored["details"],
        )


def _balance_json(line: BalanceLine) -> dict[str, Any]:  # Any: nested JSON
    nearest = line.next_reward
    return {
        "program": line.program,
        "program_name": line.program_name,
        "kind": line.kind,
        "unit": line.unit,
        "unit_name": line.unit_name,
        "available": line.available,
        "pending": line.pending,
        "next_reward": None
        if nearest is None
        else {
            "reward": nearest.reward,
            "name": nearest.name,
            "price": nearest.price,
            "missing": nearest.missing,
        },
    }


def _balance_from(stored: Mapping[str, Any]) -> BalanceLine:  # Any: nested JSON
    nearest = stored["next_reward"]
    return BalanceLine(**{**stored, "next_reward": NextReward(**nearest) if nearest else None})
