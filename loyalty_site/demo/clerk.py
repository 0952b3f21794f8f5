"""What is done at the tills of a demo shop: each act is one call of the function that the counter calls, too.

Knows who stands where when, makes the request ids, and spends what members spend. When something happens is decided
by ``story``.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from loyalty_site.demo.cast import Player
from loyalty_site.demo.habits import amount_cents
from loyalty_site.demo.writer import Shop
from members.domain.cards import read_card, rotating_text, static_text
from members.models import Card, Staff, Till
from rewards.domain.earn import Sale, earn
from rewards.domain.move import replace_card
from rewards.domain.outcome import Outcome
from rewards.domain.redeem import hand_over, redeem
from rewards.domain.undo import undo

USES_FIRST_TILL, TYPED_BY_HAND = 0.7, 0.04
AFTERNOON: Final = 13


@dataclass(frozen=True, slots=True)
class Desk:
    """Who stands at which till."""

    till: Till
    staff: Staff


class Clerk:
    """Everybody behind the counters of one shop."""

    def __init__(self, *, shop: Shop, rng: random.Random) -> None:
        self._shop, self._merchant, self._rng = shop, shop.merchant, rng
        self._crew, self._manager = shop.cashiers(), shop.manager()
        self._requests = 0

    def desk(self, *, store: int, moment: datetime, without: Staff | None = None) -> Desk:
        """Return the till and who is on duty, anybody but ``without``: nobody books on their own card.

        Goes by day and half, so that nobody is in two stores at once.
        """
        local = moment.astimezone(self._shop.zone)
        number = local.toordinal() + 2 * store + (local.hour >= AFTERNOON)
        tills = self._shop.tills[store]
        till = tills[0] if self._rng.random() < USES_FIRST_TILL else tills[-1]
        crew = [person for person in self._crew if person is not without]
        return Desk(till=till, staff=crew[number % len(crew)])

    def earn(self, player: Player, desk: Desk, moment: datetime) -> Outcome:
        """Scan a card and book what was bought."""
        return earn(
            merchant=self._merchant,
            card_token=static_text(card=player.current_card),
            sale=Sale(amount_cents=amount_cents(rng=self._rng, trade=self._shop.plan.trade)),
            till=desk.till,
            staff=desk.staff,
            request_id=self._request_id(),
            at=moment,
            entry="manual" if self._rng.random() < TYPED_BY_HAND else "scan",
        )

    def redeem(self, card: Card, desk: Desk, reward: str, moment: datetime, *, from_paper: bool) -> Outcome:
        """Scan the phone's code, or the printed card, and redeem a reward (public id)."""
        text = static_text(card=card) if from_paper else rotating_text(card=card, at=moment)
        shown = read_card(merchant=self._merchant, text=text, at=moment)
        return redeem(
            merchant=self._merchant,
            card=shown.card,
            reward=reward,
            code_step=shown.step,
            till=desk.till,
            staff=desk.staff,
            request_id=self._request_id(),
            at=moment,
        )

    def hand_over(self, redeemed: Outcome, desk: Desk, moment: datetime) -> None:
        """Give the customer what was redeemed."""
        redemption = str(redeemed.details["redemption"])
        hand_over(merchant=self._merchant, redemption=redemption, staff=desk.staff, at=moment)

    def undo(self, outcome: Outcome, desk: Desk, moment: datetime, *, by_manager: bool = False) -> Outcome:
        """Take a booking back: anybody within two minutes, later the manager, who says why."""
        return undo(
            merchant=self._merchant,
            booking=outcome.booking,
            till=desk.till,
            staff=desk.staff,
            request_id=self._request_id(),
            at=moment,
            window_seconds=settings.UNDO_SECONDS,
            approved_by=self._manager if by_manager else None,
            reason="Falsche Karte gescannt" if by_manager else "",
        )

    def replace(self, player: Player, desk: Desk, new: Card, moment: datetime) -> Outcome:
        """Give a member a new card for the lost one; the manager does."""
        return replace_card(
            merchant=self._merchant,
            old=player.current_card,
            new=new,
            till=desk.till,
            staff=self._manager,
            request_id=self._request_id(),
            at=moment,
            reason="Verloren",
        )

    def _request_id(self) -> str:
        self._requests += 1
        return f"demo-{self._requests}"
