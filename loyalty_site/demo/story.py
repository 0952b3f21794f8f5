"""What happened in a shop: people join, collect, redeem, lose their cards, and somebody scans twice.

A queue of moments is played in order, each through the domain's own functions (``clerk``) with the moment at which it
happened, so that limits, lots, chains and refusals are real. Joins the caller's transaction. The same generator state
gives the same story.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from loyalty_site.demo.cast import Player
from loyalty_site.demo.clerk import Clerk, Desk
from loyalty_site.demo.crowd import TERMS_VERSION, purposes
from loyalty_site.demo.writer import Shop
from members.audit import Actor
from members.card_numbers import new_number
from members.domain.cards import block_card, claim_card, issue_blank_cards, issue_card
from members.domain.people import GivenConsent, enroll_member
from members.models import Card, CardState, Contact, Member
from rewards.domain.outcome import Outcome
from rewards.domain.programs import book_for
from rewards.models import BookingOutcome, ProgramKind

Action = Callable[[datetime], object]

BLANK_CARDS: Final = 40
SCANS_TWICE, SCANS_WRONG_CARD, NOTICED_LATER = 0.02, 0.012, 0.002
SHOWS_PAPER, SCANS_OWN_CARD = 0.12, 0.06
REDEEMS_AT_ONCE: Final = {ProgramKind.STAMP_CARD.value: 0.7, ProgramKind.POINTS.value: 0.08}
DAY: Final = 86_400


class Story:
    """One shop's months, from the moment it opened until ``until_at``."""

    def __init__(self, *, shop: Shop, rng: random.Random, opened_at: datetime, until_at: datetime) -> None:
        self._shop, self._merchant, self._rng = shop, shop.merchant, rng
        self._clerk = Clerk(shop=shop, rng=rng)
        self._until_at = until_at
        self._queue: list[tuple[datetime, int, Action]] = []
        self._pushed = 0
        self._blanks = issue_blank_cards(
            merchant=shop.merchant, count=BLANK_CARDS, at=opened_at, draw=self._draw_number
        )

    @property
    def blank_card(self) -> Card:
        """Return a card that still has no member."""
        return self._blanks[0]

    def expect(self, cast: Sequence[Player]) -> None:
        """Put everything that is known beforehand into the queue."""
        for player in cast:
            self._push(player.visits[0] - timedelta(minutes=1), partial(self._join, player))
            for visit in player.visits:
                self._push(visit, partial(self._visit, player))
            if player.loses_card_at is not None:
                self._push(player.loses_card_at, partial(self._lose_card, player))

    def play(self, tell: Callable[[datetime], None]) -> None:
        """Play the queue to its end; ``tell`` hears each moment."""
        while self._queue:
            moment, _, action = heapq.heappop(self._queue)
            if moment > self._until_at:
                return
            action(moment)
            tell(moment)

    def _push(self, moment: datetime, action: Action) -> None:
        self._pushed += 1  # moments may be equal, actions can't be compared
        heapq.heappush(self._queue, (moment, self._pushed, action))

    def _after(self, moment: datetime, seconds: tuple[int, int], action: Action) -> None:
        self._push(moment + timedelta(seconds=self._rng.randint(*seconds)), action)

    def _draw_number(self) -> str:
        return new_number(choose=self._rng.choice)

    def _join(self, player: Player, moment: datetime) -> None:
        person, desk = player.person, self._clerk.desk(store=player.store, moment=moment)
        member = enroll_member(
            merchant=self._merchant,
            at=moment,
            language=person.language,
            first_name=person.first_name,
            last_name=person.last_name,
            store=desk.till.store,
            email=person.email or None,
            phone=person.phone or None,
            birth_date=person.birth_date,
            user=player.user,
            consents=[GivenConsent(purpose, TERMS_VERSION, "counter") for purpose in purposes(person)],
        )
        player.member, player.card = member, self._first_card(player, member, desk, moment)
        if player.colleague is not None:
            player.colleague.own_card = player.card
            player.colleague.save(update_fields=["own_card"])
        if player.confirms:
            self._after(moment, (600, 3 * DAY), partial(self._confirm, player))

    def _first_card(self, player: Player, member: Member, desk: Desk, moment: datetime) -> Card:
        """Return a printed card that the member takes from the pile, or a new one for the phone."""
        if not player.takes_blank or len(self._blanks) == 1:
            return issue_card(merchant=self._merchant, at=moment, member=member, draw=self._draw_number)
        card = self._blanks.pop()
        claim_card(card=card, member=member, at=moment, actor=Actor.of_staff(desk.staff))
        return card

    def _confirm(self, player: Player, moment: datetime) -> None:
        """Confirm card and contacts by hand: in the product that takes a challenge, which the demo can't answer."""
        card = player.current_card
        cards = Card.objects.for_merchant(self._merchant).filter(pk=card.pk, state=CardState.UNVERIFIED)
        player.was_sent_away = False
        if cards.update(state=CardState.VERIFIED, level=1):
            contacts = Contact.objects.for_merchant(self._merchant).filter(member=player.member, is_primary=True)
            contacts.update(confirmed_at=moment)

    def _visit(self, player: Player, moment: datetime) -> None:
        desk = self._clerk.desk(store=player.store, moment=moment, without=player.colleague)
        if player.colleague is not None and self._rng.random() < SCANS_OWN_CARD:
            desk = Desk(till=desk.till, staff=player.colleague)
        outcome = self._clerk.earn(player, desk, moment)
        if outcome.status != BookingOutcome.POSTED:
            return
        luck = self._rng.random()
        if luck < SCANS_TWICE:  # within the time lock: refused, and explained
            self._after(moment, (90, 12 * 60), partial(self._clerk.earn, player, desk))
        elif luck < SCANS_TWICE + SCANS_WRONG_CARD:
            self._after(moment, (15, 100), partial(self._clerk.undo, outcome, desk))
        elif luck < SCANS_TWICE + SCANS_WRONG_CARD + NOTICED_LATER:
            self._after(moment, (1200, 9000), partial(self._clerk.undo, outcome, desk, by_manager=True))
        elif (reward := self._wish(player, outcome, moment)) is not None:
            self._after(moment, (20, 60), partial(self._redeem, player, desk, reward))

    def _wish(self, player: Player, outcome: Outcome, moment: datetime) -> str | None:
        """Return the dearest reward that a balance buys, if the member wants it now."""
        if player.was_sent_away:
            return None
        # Savers keep as much as the reward costs, so that whoever tries the demo has something to redeem.
        kept = 2 if player.saves_from is not None and moment > player.saves_from else 1
        programs = {program.public_id: program for program in book_for(self._merchant).programs}
        for line in outcome.balances:
            affordable = [reward for reward in programs[line.program].rewards if kept * reward.price <= line.available]
            if affordable and self._rng.random() < REDEEMS_AT_ONCE[line.kind]:
                return affordable[-1].public_id
        return None

    def _redeem(self, player: Player, desk: Desk, reward: str, moment: datetime) -> None:
        """Redeem with the phone; whoever shows paper first is asked for the phone, and takes it out."""
        from_paper = self._rng.random() < SHOWS_PAPER
        outcome = self._clerk.redeem(player.current_card, desk, reward, moment, from_paper=from_paper)
        if outcome.status == BookingOutcome.STEP_UP:
            player.was_sent_away = any(reason.code == "level_needed" for reason in outcome.reasons)
        if outcome.status == BookingOutcome.STEP_UP and from_paper and not player.was_sent_away:
            self._after(moment, (40, 90), partial(self._redeem, player, desk, reward))
        elif outcome.status == BookingOutcome.POSTED:
            is_mistake = self._rng.random() < SCANS_WRONG_CARD
            follow_up = self._clerk.undo if is_mistake else self._clerk.hand_over
            self._after(moment, (15, 100), partial(follow_up, outcome, desk))

    def _lose_card(self, player: Player, moment: datetime) -> None:
        if player.card is None:
            return
        actor = Actor.of_staff(self._shop.manager())
        block_card(card=player.card, actor=actor, reason="Als verloren gemeldet", at=moment)
        if player.gets_new_card:
            desk = self._clerk.desk(store=player.store, moment=moment)
            # The next day they try the old card: refused, on record. Then they get a new one.
            self._after(moment, (DAY, DAY), partial(self._clerk.earn, player, desk))
            self._after(moment, (DAY + 60, DAY + 180), partial(self._replace_card, player, desk))

    def _replace_card(self, player: Player, desk: Desk, moment: datetime) -> None:
        new = issue_card(merchant=self._merchant, at=moment, draw=self._draw_number)
        self._clerk.replace(player, desk, new, moment)
        player.card = new
