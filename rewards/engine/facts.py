"""Facts: everything the rules may know about one sale.

The caller gathers them (rewards/domain) and hands them over complete; the engine asks nobody. Amounts are
whole cents, quantities whole pieces. A fact out of range is a mistake of the program, not of a person, and
raises at once: what people type is checked by the form or the API before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

CHANNELS: tuple[str, ...] = ("counter", "till", "web", "receipt")
HIGHEST_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a receipt.

    `quantity` counts pieces (1 or more); `amount_cents` is the line's total and may be negative (a discount).

    Raises:
        TypeError: a number is no whole number.
        ValueError: the quantity is below 1.
    """

    sku: str
    category: str
    quantity: int
    amount_cents: int

    def __post_init__(self) -> None:
        _require_whole("quantity", self.quantity, minimum=1)
        _require_whole("amount_cents", self.amount_cents)


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """One sale as the rules see it.

    local_time: aware, in the store's own time zone, so that "Tuesday before ten" means the shop's clock.
    channel: one of CHANNELS. store: the key that rules name stores by.
    amount_cents: what counts of the sale's sum (0 or more), None when nobody entered a sum.
    level: assurance of the card, 0 to 3. visits: earlier posted visits, so this one is number `visits + 1`.
    carry: rule key to the cents left over from before; negative after an undo of what had been counted.

    Raises:
        TypeError: a number is no whole number.
        ValueError: a number or the channel is out of range, or the time has no time zone.
    """

    local_time: datetime
    channel: str
    store: str
    amount_cents: int | None
    items: tuple[Item, ...] = ()
    level: int = 0
    visits: int = 0
    carry: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.local_time.tzinfo is None:
            raise ValueError("local_time must carry the store's time zone")
        if self.channel not in CHANNELS:
            raise ValueError(f"channel must be one of {CHANNELS}")
        if self.amount_cents is not None:
            _require_whole("amount_cents", self.amount_cents, minimum=0)
        _require_whole("level", self.level, minimum=0, maximum=HIGHEST_LEVEL)
        _require_whole("visits", self.visits, minimum=0)
        for cents in self.carry.values():
            _require_whole("carry", cents)


def _require_whole(name: str, value: object, *, minimum: int | None = None, maximum: int | None = None) -> None:
    """Refuse floats, booleans and numbers out of range before they can reach a sum."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number")
    if minimum is not None and value < minimum:
        raise ValueError(f"{name} must be at least {minimum}")
    if maximum is not None and value > maximum:
        raise ValueError(f"{name} must be at most {maximum}")
