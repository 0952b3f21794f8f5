"""Makes the demo: shops, their story, the crowd, the proof, and the file with the entrances. All or nothing.

Everything is one transaction: whoever interrupts the first start finds an empty database at the next one, and no
half-made shop. The same seed and last day give the same names, card numbers, visits and bookings (a story that reaches
beyond ``at`` is cut there); ids and secrets are random every time.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from loyalty_site.demo.access import CustomerAccess, ShopAccess, new_password, write_access
from loyalty_site.demo.cast import LEADS, SABINE, Player, make_cast
from loyalty_site.demo.crowd import add_crowd
from loyalty_site.demo.people import people
from loyalty_site.demo.plans import ShopPlan
from loyalty_site.demo.shops import shops
from loyalty_site.demo.story import Story
from loyalty_site.demo.team import make_login
from loyalty_site.demo.writer import Shop, build_shop
from members.models import Card, CardState, Merchant, User
from rewards.domain.proof import prove
from rewards.models import Account

#: The shops' time zone, which says when a day begins.
ZONE: Final = ZoneInfo("Europe/Berlin")
CARDS_TO_TRY: Final = 10
#: Each shop needs its leads: the customer with a login, the colleague, those who lose their cards.
FEWEST_MEMBERS: Final = LEADS

#: What is being done (a shop's name, or a step) and how far it is, in percent.
Tell = Callable[[str, int], None]


class LedgerBroken(RuntimeError):
    """The proof found something: the demo is not written, and the message names the first finding."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. ``members``: of all shops together; ``history``: how many of them may have bookings."""

    merchants: int
    members: int
    days: int
    history: int
    seed: int
    until_on: date

    @property
    def start_on(self) -> date:
        """Return the first day of the story."""
        return self.until_on - timedelta(days=self.days)


def make_demo(*, wish: Wish, at: datetime, access_path: Path, tell: Tell) -> tuple[ShopAccess, ...]:
    """Write the whole demo in one transaction, prove its ledger, and write the access file.

    Raises:
        ValueError: fewer than five members a shop.
        LedgerBroken: the proof found something; nothing is written.
    """
    if wish.members < FEWEST_MEMBERS * wish.merchants:
        raise ValueError(f"every shop needs {FEWEST_MEMBERS} members")
    plans = shops(wish.merchants)
    with transaction.atomic():
        password = new_password()
        user = make_login(email=SABINE.email, password=password)
        sizes = _sizes(plans, wish.members)
        made = tuple(
            _make_shop(plan=plan, members=size, wish=wish, at=at, user=user, password=password, tell=tell)
            for plan, size in zip(plans, sizes, strict=True)
        )
        write_access(path=access_path, shops=made)
    return made


def _make_shop(
    *, plan: ShopPlan, members: int, wish: Wish, at: datetime, user: User, password: str, tell: Tell
) -> ShopAccess:
    opened_at = datetime.combine(wish.start_on, time(5), tzinfo=ZONE).astimezone(UTC)
    until_at = min(at, datetime.combine(wish.until_on + timedelta(days=1), time.min, tzinfo=ZONE).astimezone(UTC))
    # Two generators: how far the story is played must not change who is in it.
    casting = random.Random(f"{wish.seed} {plan.slug} cast")  # noqa: S311  # a story, not a secret
    playing = random.Random(f"{wish.seed} {plan.slug} play")  # noqa: S311  # a story, not a secret
    tell(plan.name, 0)
    shop = build_shop(plan=plan, opened_at=opened_at, at=at)
    persons = people(rng=casting, today=wish.start_on)
    with_history = min(members, max(FEWEST_MEMBERS, members * wish.history // wish.members))
    cast = make_cast(
        shop=shop,
        persons=persons,
        count=with_history,
        rng=casting,
        start_on=wish.start_on,
        until_on=wish.until_on,
        user=user,
    )
    story = Story(shop=shop, rng=playing, opened_at=opened_at, until_at=until_at)
    story.expect(cast)
    story.play(lambda moment: tell(plan.name, 100 * (moment - opened_at) // (until_at - opened_at)))
    add_crowd(
        shop=shop,
        persons=persons,
        count=members - with_history,
        rng=casting,
        opened_at=opened_at,
        until_at=until_at,
        tell=lambda written: tell(f"{plan.name}, members without bookings", 100 * written // (members - with_history)),
    )
    tell(plan.name, 100)
    require_proof(merchant=shop.merchant)
    return ShopAccess(
        slug=plan.slug,
        name=plan.name,
        staff=shop.staff_access,
        tills=shop.till_access,
        cards=_cards_to_try(shop, story, cast, until_at),
        customer=CustomerAccess(email=SABINE.email, password=password, card=cast[0].current_card.number),
    )


def _sizes(plans: tuple[ShopPlan, ...], members: int) -> list[int]:
    """Share the members among the shops: the fewest that a story needs, the others by weight, the rest to the first."""
    total = sum(plan.weight for plan in plans)
    free = members - FEWEST_MEMBERS * len(plans)
    sizes = [FEWEST_MEMBERS + free * plan.weight // total for plan in plans]
    sizes[0] += members - sum(sizes)
    return sizes


def require_proof(*, merchant: Merchant) -> None:
    """Prove a merchant's ledger. Raises: LedgerBroken."""
    findings = prove(merchant=merchant)
    if findings:
        first = findings[0]
        raise LedgerBroken(
            f"{merchant.name}: {len(findings)} findings; first: {first.what} in {first.table} row {first.row} "
            f"({first.detail})"
        )


def _cards_to_try(shop: Shop, story: Story, cast: list[Player], until_at: datetime) -> tuple[str, ...]:
    """Return up to ten numbers of cards that may collect at once: mostly confirmed, two that aren't, a blank one."""
    quiet_since = until_at - timedelta(hours=1)
    last = dict(
        Account.objects.for_merchant(shop.merchant)
        .filter(card__isnull=False)
        .values_list("card_id")
        .annotate(Max("last_at"))
        .values_list("card_id", "last_at__max")
    )
    ids = [player.card.pk for player in cast[1:] if player.card is not None]
    cards = Card.objects.for_merchant(shop.merchant).in_bulk(ids)
    rested = [cards[pk] for pk in ids if last.get(pk) is not None and last[pk] < quiet_since]
    confirmed = [card.number for card in rested if card.state == CardState.VERIFIED]
    others = [card.number for card in rested if card.state == CardState.UNVERIFIED][:2]
    return (*confirmed[: CARDS_TO_TRY - 1 - len(others)], *others, story.blank_card.number)
