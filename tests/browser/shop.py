"""The shop that the browser tests stand in: stamps by the visit, points by the amount, and what belongs to them."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from fraud.models import Limit
from members.domain.merchants import touch_rules
from members.models import Card, Merchant, Staff, Till
from rewards.models import Freshness, Program, Reward
from tests import factories
from tests.rewards.programs import a_reward, book, points_program, stamp_program

LOCK_MINUTES = 30
#: What Bruno's card holds: enough for one coffee.
BRUNOS_STAMPS = 12


@dataclass(frozen=True, slots=True)
class Shop:
    """Anna's card is empty; Bruno's holds `BRUNOS_STAMPS`; the reward takes ten and a fresh code."""

    merchant: Merchant
    till: Till
    cashier: Staff
    manager: Staff
    stamps: Program
    points: Program
    coffee: Reward
    anna: Card
    bruno: Card


def make_shop(*, merchant: Merchant, till: Till, cashier: Staff, manager: Staff, anna: Card) -> Shop:
    """Make programs, a reward, a time lock and Bruno around the merchant's till and Anna's card."""
    stamps = stamp_program(merchant, redeem_freshness=Freshness.FRESH_CODE)
    points = points_program(merchant, redeem_freshness=Freshness.FRESH_CODE)
    coffee = a_reward(
        stamps, price=10, name="Heißgetränk nach Wahl", description="Kaffeespezialität oder Tee, auch zum Mitnehmen"
    )
    bruno = factories.make_card(factories.make_member(merchant, first_name="Bruno", last_name="Muster"))
    for visit in range(BRUNOS_STAMPS):
        book(bruno, at=timezone.now() - timedelta(days=visit + 2), till=till, staff=cashier)
    Limit.objects.create(merchant=merchant, kind="interval", subject="card", seconds=LOCK_MINUTES * 60)
    touch_rules(merchant=merchant)
    merchant.refresh_from_db()
    return Shop(merchant, till, cashier, manager, stamps, points, coffee, anna, bruno)
