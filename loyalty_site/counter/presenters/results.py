"""What a booking came to, large enough for two metres: booked, redeemed, taken back."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty_site.counter.presenters.figures import sentences, units
from loyalty_site.counter.presenters.lines import headline, way_back
from loyalty_site.counter.presenters.people import birthday_note
from loyalty_site.counter.presenters.programs import ProgramView, program_views
from members.card_numbers import grouped
from rewards.models import RedemptionState
from rewards.queries.history import PastBooking


@dataclass(frozen=True, slots=True)
class BookedView:
    """A booking on the green desk. `before`: stamps that lay on the first program's card before it, None: no ring."""

    headline: str
    next: str
    before: int | None
    held: str
    note: str
    undo_seconds: int
    undo_url: str
    reverse_url: str


@dataclass(frozen=True, slots=True)
class RedeemedView:
    """A redemption on the green desk; `hand_over_url` only until it went over the counter."""

    reward: str
    price: str
    number: str
    instruction: str
    balance_after: str
    handed_over: bool
    hand_over_url: str
    undo_seconds: int
    undo_url: str
    reverse_url: str


def booked_view(past: PastBooking, *, now: datetime) -> tuple[BookedView, list[ProgramView]]:
    """Return an earn or an undo, and the card's programs with those it granted first."""
    outcome = past.outcome
    programs = program_views(outcome.balances, first=frozenset(grant.program for grant in outcome.grants))
    seconds, undo_url, reverse_url = way_back(past, now=now)
    view = BookedView(
        headline=headline(past),
        next=programs[0].next_reward if programs else "",
        before=None if past.is_pending else _before(past, programs),
        held=_("is being checked and counts soon") if past.is_pending else "",
        note=" ".join(filter(None, (sentences(outcome.reasons), birthday_note(past.booking.card.member, at=now)))),
        undo_seconds=seconds,
        undo_url=undo_url,
        reverse_url=reverse_url,
    )
    return view, programs


def redeemed_view(past: PastBooking, *, now: datetime) -> RedeemedView:
    """Return a posted redemption (see `PastBooking.redemption`)."""
    details, redemption = past.outcome.details, past.redemption
    if redemption is None:
        raise ValueError("no redemption behind this booking")
    seconds, undo_url, reverse_url = way_back(past, now=now)
    is_open = redemption.state == RedemptionState.RESERVED
    return RedeemedView(
        reward=str(details["reward_name"]),
        price=units(int(details["price"]), str(details["unit_name"])),
        number=receipt_number(str(redemption.public_id)),
        instruction=redemption.reward.description,
        balance_after=_balance_after(past, str(redemption.reward.program.public_id)),
        handed_over=redemption.state == RedemptionState.HANDED_OVER,
        hand_over_url=reverse("counter:hand_over", args=[redemption.public_id]) if is_open else "",
        undo_seconds=seconds,
        undo_url=undo_url,
        reverse_url=reverse_url,
    )


def receipt_number(public_id: str) -> str:
    """Return the short form of a redemption's id that people read out to each other; it opens nothing."""
    return grouped(public_id.replace("-", "")[:8].upper())


def _before(past: PastBooking, programs: list[ProgramView]) -> int | None:
    if not past.outcome.grants or not programs:
        return None
    first = programs[0]
    granted = sum(grant.amount for grant in past.outcome.grants if grant.program == first.id)
    return max(0, first.balance + first.beyond - granted)


def _balance_after(past: PastBooking, program: str) -> str:
    """Return the balance that the redemption left, in the program that it was paid from."""
    left = [units(line.available, line.unit_name) for line in past.outcome.balances if line.program == program]
    return left[0] if left else ""
