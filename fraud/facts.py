"""What fraud may know about one event; callers fill it. Pure: no ORM, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event before it is booked.

    event: "earn" or "redeem". at: server time, aware. local_day: the merchant's calendar day as YYYYMMDD.
    units: program public id -> units that would be booked (0 or more).
    card_state: the card's state as stored. own_card: the card belongs to the person at the till.
    entry: "scan" or "manual". limited: whether limits count this event (earning does, redeeming does not).
    """

    event: str
    at: datetime
    local_day: int
    card_id: int
    card_state: str
    own_card: bool
    store_id: int | None
    till_id: int | None
    staff_id: int | None
    units: Mapping[str, int] = field(default_factory=dict, hash=False)
    channel: str = "counter"
    entry: str = "scan"
    limited: bool = True

    def to_json(self) -> dict[str, object]:
        """Return the features as stored with the assessment: figures, never names."""
        return {
            "local_day": self.local_day,
            "units": dict(self.units),
            "channel": self.channel,
            "entry": self.entry,
            "card_state": self.card_state,
        }
