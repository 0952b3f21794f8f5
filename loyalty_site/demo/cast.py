"""The members a story is about: who they are, when they come, and what will befall them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from loyalty_site.demo.habits import HABITS, Stay, joining_day, pick_rhythm, stays_until, visits
from loyalty_site.demo.people import Person
from loyalty_site.demo.writer import Shop
from members.models import Card, Member, Staff, User

TAKES_A_PRINTED_CARD: Final = 0.1
#: Places in the cast that carry a turn of the story.
LEADS: Final = 5
CUSTOMER, SAVER, COLLEAGUE, LOSES_AND_REPLACES, LOSES = range(LEADS)
#: How long before the end savers begin to keep what a reward costs, so that whoever tries the demo can redeem it.
SAVING_WEEKS: Final = 7

SABINE: Final = Person(
    first_name="Sabine",
    last_name="Krüger",
    email="sabine.krueger@kundin.example",
    phone="",
    birth_date=date(1984, 11, 26),
    language="de",
    wants_mail=True,
)


@dataclass(slots=True)
class Player:
    """One member of the story. ``store``: index of the store they go to. ``member``, ``card``: None until they join.

    ``saves_from``: from then on they keep what a reward costs. ``was_sent_away``: they know that their card is not
    confirmed.
    """

    person: Person
    store: int
    visits: tuple[datetime, ...]
    confirms: bool
    takes_blank: bool
    user: User | None = None
    colleague: Staff | None = None
    loses_card_at: datetime | None = None
    gets_new_card: bool = False
    saves_from: datetime | None = None
    was_sent_away: bool = False
    member: Member | None = field(default=None, repr=False)
    card: Card | None = field(default=None, repr=False)

    @property
    def current_card(self) -> Card:
        """Return the card they show. Raises: RuntimeError before they joined (a mistake of the story)."""
        if self.card is None:
            raise RuntimeError("a member shows a card before joining")
        return self.card


def make_cast(
    *, shop: Shop, persons: Iterator[Person], count: int, rng: random.Random, start_on: date, until_on: date, user: User
) -> list[Player]:
    """Return ``count`` players who come at least once; the first is Sabine Krüger, whose login is ``user``.

    From ``start_on`` to ``until_on`` there must be a week, so that every store has an open day in it.
    """
    cast = []
    for place in range(count):
        person = SABINE if place == CUSTOMER else next(persons)
        player = _player(shop, person, rng, start_on, until_on, is_lead=place < LEADS)
        cast.append(player)
        if place in {CUSTOMER, SAVER}:
            player.confirms, player.saves_from = True, player.visits[-1] - timedelta(weeks=SAVING_WEEKS)
        if place == CUSTOMER:
            player.user, player.takes_blank = user, False
        elif place == COLLEAGUE:
            player.colleague = shop.cashiers()[0]
        elif place in {LOSES_AND_REPLACES, LOSES}:
            _let_lose_card(player, gets_new_card=place == LOSES_AND_REPLACES)
    return cast


def _let_lose_card(player: Player, *, gets_new_card: bool) -> None:
    """Let the card get lost half-way; without a new one they come once more, hear that it is blocked, and stay away."""
    middle = len(player.visits) // 2
    player.loses_card_at, player.gets_new_card = player.visits[middle] + timedelta(hours=1), gets_new_card
    if not gets_new_card:
        player.visits = player.visits[: middle + 2]


def _player(shop: Shop, person: Person, rng: random.Random, start_on: date, until_on: date, *, is_lead: bool) -> Player:
    # Leads are regulars from the first day on: what befalls them needs a past.
    rhythm = HABITS[shop.plan.trade].rhythms[0] if is_lead else pick_rhythm(rng=rng, trade=shop.plan.trade)
    store = 0 if is_lead else rng.randrange(len(shop.stores))
    moments: tuple[datetime, ...] = ()
    while not moments:  # whoever joins on the last days may find the shop closed
        first_on = start_on if is_lead else joining_day(rng=rng, start_on=start_on, until_on=until_on)
        stay = Stay(
            rhythm=rhythm,
            first_on=first_on,
            last_on=stays_until(rng=rng, rhythm=rhythm, joined_on=first_on, until_on=until_on),
            hours=shop.plan.stores[store].hours,
            zone=shop.zone,
        )
        moments = tuple(visits(rng=rng, stay=stay))
    return Player(
        person=person,
        store=store,
        visits=moments,
        confirms=rng.random() < rhythm.verified,
        takes_blank=rng.random() < TAKES_A_PRINTED_CARD,
    )
