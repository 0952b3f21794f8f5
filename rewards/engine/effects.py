"""Effects: the "then" half of the vocabulary, one class each.

An effect turns the facts of a sale whose conditions held into whole units, always rounding down, never below
zero. `maximum_units` caps what one booking yields.
Carry: what an amount leaves over below one step counts towards the next purchase, per rule. After an undo the
carry may be negative: money that was counted and given back has to be spent again before units follow.
What a cap cuts off is forfeited; the remainder below one step still carries on, so a cap never costs more
than the units it cuts.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rewards.engine.facts import Item, SaleFacts
from rewards.engine.parameters import MOST_CENTS, MOST_UNITS, Entry, ParameterSpec, ParameterType
from rewards.engine.problems import Problem, under
from rewards.engine.reasons import Reason, ReasonSpec

UNITS = ParameterSpec("units", ParameterType.INTEGER, 1, MOST_UNITS)
MAXIMUM = ParameterSpec("maximum_units", ParameterType.INTEGER, 1, MOST_UNITS, required=False)
CAPPED = ReasonSpec("maximum_reached", ("granted_units", "computed_units"))


@dataclass(frozen=True, slots=True)
class Yield:
    """What one effect gives: whole units (0 or more), the reason, and the change of the rule's carry."""

    units: int
    why: Reason
    carry_delta: int = 0


class Effect(Entry):
    """One "then". `multiplies` marks those that work on what other rules of the group granted."""

    __slots__ = ()
    multiplies: ClassVar[bool] = False

    @abstractmethod
    def apply(self, facts: SaleFacts, *, carried_cents: int, base_units: int) -> Yield:
        """Work out the units for one sale.

        carried_cents: what the rule had left over, may be negative. base_units: what the group's other rules
        granted, used by multiplying effects only.
        """


@dataclass(frozen=True, slots=True)
class Fixed(Effect):
    """Always the same number of units. It needs no cap: it is its own."""

    kind = "fixed"
    parameters = (UNITS,)
    reasons = (ReasonSpec("fixed_granted", ("granted_units",)),)
    units: int

    def apply(self, facts: SaleFacts, *, carried_cents: int, base_units: int) -> Yield:
        """Grant the units."""
        return Yield(self.units, Reason("fixed_granted", {"granted_units": self.units}))


@dataclass(frozen=True, slots=True)
class PerAmount(Effect):
    """`units` for every full `per_cents`, rounded down; with `carry` the remainder counts next time."""

    kind = "per_amount"
    parameters = (
        UNITS,
        ParameterSpec("per_cents", ParameterType.CENTS, 1, MOST_CENTS),
        ParameterSpec("carry", ParameterType.BOOLEAN),
        MAXIMUM,
    )
    reasons = (
        ReasonSpec("per_amount_granted", ("granted_units", "units", "per_cents", "amount_cents")),
        ReasonSpec(
            "per_amount_remainder",
            ("granted_units", "units", "per_cents", "amount_cents", "after_cents"),
        ),
        ReasonSpec(
            "per_amount_carried",
            ("granted_units", "units", "per_cents", "amount_cents", "before_cents", "after_cents"),
        ),
        ReasonSpec("per_amount_below", ("units", "per_cents", "amount_cents")),
        ReasonSpec("per_amount_not_yet", ("units", "per_cents", "amount_cents", "missing_cents")),
        ReasonSpec("amount_missing"),
        CAPPED,
    )
    units: int
    per_cents: int
    carry: bool
    maximum_units: int | None = None

    def flaws(self, path: str) -> Iterator[Problem]:
        """The cap must leave room for one step."""
        return _cap_flaws(self.units, self.maximum_units, path)

    def apply(self, facts: SaleFacts, *, carried_cents: int, base_units: int) -> Yield:
        """Count full steps in carry plus amount; without an amount nothing is granted and nothing carries."""
        if facts.amount_cents is None:
            return Yield(0, Reason("amount_missing"))
        before = carried_cents if self.carry else 0
        total = before + facts.amount_cents
        # A negative total stays a debt as it is; dividing it would round away from zero.
        steps, left = divmod(total, self.per_cents) if total >= 0 else (0, total)
        computed = steps * self.units
        why = self._why(computed, facts.amount_cents, before=before, left=left)
        return _capped(computed, self.maximum_units, why, carry_delta=left - before if self.carry else 0)

    def _why(self, granted: int, amount: int, *, before: int, left: int) -> Reason:
        figures: dict[str, str | int] = {
            "units": self.units,
            "per_cents": self.per_cents,
            "amount_cents": amount,
        }
        if not granted and not self.carry:
            return Reason("per_amount_below", figures)
        if not granted:
            return Reason("per_amount_not_yet", figures | {"missing_cents": self.per_cents - left})
        figures["granted_units"] = granted
        if not self.carry or before == left == 0:
            return Reason("per_amount_granted", figures)
        figures["after_cents"] = left
        if before == 0:
            return Reason("per_amount_remainder", figures)
        return Reason("per_amount_carried", figures | {"before_cents": before})


@dataclass(frozen=True, slots=True)
class PerItem(Effect):
    """`units` for every piece sold, of the named categories or products, or of anything when none is named."""

    kind = "per_item"
    parameters = (
        UNITS,
        ParameterSpec("categories", ParameterType.TEXTS, required=False),
        ParameterSpec("skus", ParameterType.TEXTS, required=False),
        MAXIMUM,
    )
    reasons = (
        ReasonSpec("per_item_granted", ("granted_units", "units", "quantity")),
        ReasonSpec("per_item_none"),
        ReasonSpec("items_missing"),
        CAPPED,
    )
    units: int
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    maximum_units: int | None = None

    def flaws(self, path: str) -> Iterator[Problem]:
        """The cap must leave room for one piece."""
        return _cap_flaws(self.units, self.maximum_units, path)

    def apply(self, facts: SaleFacts, *, carried_cents: int, base_units: int) -> Yield:
        """Count the pieces that match, by quantity and not by line."""
        if not facts.items:
            return Yield(0, Reason("items_missing"))
        quantity = sum(item.quantity for item in facts.items if self._counts(item))
        if not quantity:
            return Yield(0, Reason("per_item_none"))
        computed = quantity * self.units
        figures = {"granted_units": computed, "units": self.units, "quantity": quantity}
        return _capped(computed, self.maximum_units, Reason("per_item_granted", figures))

    def _counts(self, item: Item) -> bool:
        anything = not self.categories and not self.skus
        return anything or item.sku in self.skus or item.category in self.categories


@dataclass(frozen=True, slots=True)
class Multiplier(Effect):
    """Raises what the group's other rules grant to `percent`: 200 doubles, so 100 percent come on top.

    Several multipliers of a group each work on the other rules' units and not on one another, so their order
    does not matter. The part on top is rounded down.
    """

    kind = "multiplier"
    multiplies = True
    parameters = (ParameterSpec("percent", ParameterType.PERCENT, 101, 1000), MAXIMUM)
    reasons = (
        ReasonSpec("multiplier_granted", ("granted_units", "base_units", "percent")),
        ReasonSpec("multiplier_nothing", ("base_units", "percent")),
        CAPPED,
    )
    percent: int
    maximum_units: int | None = None

    def apply(self, facts: SaleFacts, *, carried_cents: int, base_units: int) -> Yield:
        """Grant the part above 100 percent of the base."""
        computed = base_units * (self.percent - 100) // 100
        figures: dict[str, str | int] = {"base_units": base_units, "percent": self.percent}
        if not computed:
            return Yield(0, Reason("multiplier_nothing", figures))
        why = Reason("multiplier_granted", figures | {"granted_units": computed})
        return _capped(computed, self.maximum_units, why)


ALL_EFFECTS: tuple[type[Effect], ...] = (Fixed, PerAmount, PerItem, Multiplier)


def _capped(computed: int, maximum: int | None, why: Reason, *, carry_delta: int = 0) -> Yield:
    """Cut to the cap, which then is the reason. The carry is left as computed: only units are forfeited."""
    if maximum is None or computed <= maximum:
        return Yield(computed, why, carry_delta)
    cut = Reason("maximum_reached", {"granted_units": maximum, "computed_units": computed})
    return Yield(maximum, cut, carry_delta)


def _cap_flaws(units: int, maximum: int | None, path: str) -> Iterator[Problem]:
    """A cap below one step would never grant what the rule promises."""
    if maximum is not None and maximum < units:
        yield Problem(under(path, "maximum_units"), "maximum_below_units", {"units": units})
