"""Builders of programs for tests: a stamp card, points per euro, and short ways to book on them."""

from datetime import datetime, timedelta
from itertools import count

from members.models import Card, Merchant, Staff, Till
from rewards.domain.earn import Sale, earn
from rewards.domain.outcome import Outcome
from rewards.domain.programs import save_program, save_reward, save_rule
from rewards.domain.redeem import redeem
from rewards.domain.undo import undo
from rewards.models import AccountKind, Freshness, Program, ProgramKind, ProgramState, Reward
from rewards.queries.balances import holdings_for
from tests.factories import NOW

_requests = count(1)


def request_id() -> str:
    """Return a request id that no other call got."""
    return f"test-{next(_requests)}"


def stamp_program(merchant: Merchant, *, stamps: int = 1, **fields: object) -> Program:
    """Make a live stamp card that grants ``stamps`` a visit and asks for neither level nor fresh code."""
    values: dict[str, object] = {
        "name": "Frühstückskarte",
        "kind": ProgramKind.STAMP_CARD,
        "unit": "stamp",
        "unit_singular": "Stempel",
        "unit_plural": "Stempel",
        "redeem_level": 0,
        "redeem_freshness": Freshness.ANY_CODE,
        "state": ProgramState.LIVE,
    }
    program = save_program(program=Program(merchant=merchant, **(values | fields)))
    definition = {"then": [{"kind": "fixed", "units": stamps}]}
    save_rule(program=program, name="je Besuch", definition=definition, at=NOW - timedelta(days=900))
    return program


def points_program(merchant: Merchant, *, per_cents: int = 100, **fields: object) -> Program:
    """Make live points: one for ``per_cents``, remainders carried."""
    values: dict[str, object] = {
        "name": "Punkte",
        "kind": ProgramKind.POINTS,
        "unit": "point",
        "unit_singular": "Punkt",
        "unit_plural": "Punkte",
        "redeem_level": 0,
        "redeem_freshness": Freshness.ANY_CODE,
        "state": ProgramState.LIVE,
    }
    program = save_program(program=Program(merchant=merchant, **(values | fields)))
    definition = {"then": [{"kind": "per_amount", "units": 1, "per_cents": per_cents, "carry": True}]}
    save_rule(program=program, name="je Betrag", definition=definition, at=NOW - timedelta(days=900))
    return program


def a_reward(program: Program, *, price: int = 10, **fields: object) -> Reward:
    """Make a reward of the program."""
    values = {"merchant": program.merchant, "program": program, "name": f"Prämie {price}", "price": price}
    return save_reward(reward=Reward(**(values | fields)))


def book(
    card: Card,
    *,
    cents: int | None = None,
    at: datetime = NOW,
    till: Till | None = None,
    staff: Staff | None = None,
    request: str | None = None,
) -> Outcome:
    """Earn on a card."""
    return earn(
        merchant=Merchant.objects.get(pk=card.merchant_id),
        card_token=card.number,
        sale=Sale(amount_cents=cents),
        till=till,
        staff=staff,
        request_id=request or request_id(),
        at=at,
    )


def spend(
    card: Card,
    reward: Reward,
    *,
    at: datetime = NOW,
    step: int | None = None,
    request: str | None = None,
    till: Till | None = None,
    staff: Staff | None = None,
) -> Outcome:
    """Redeem a reward; the card is read anew, as a face does."""
    return redeem(
        merchant=Merchant.objects.get(pk=card.merchant_id),
        card=Card.objects.for_merchant(card.merchant_id).get(pk=card.pk),
        reward=str(reward.public_id),
        code_step=step,
        till=till,
        staff=staff,
        request_id=request or request_id(),
        at=at,
    )


def take_back(outcome: Outcome, merchant: Merchant, *, at: datetime = NOW, manager: Staff | None = None) -> Outcome:
    """Undo an outcome's booking within two minutes, or with a manager."""
    return undo(
        merchant=Merchant.objects.get(pk=merchant.pk),
        booking=outcome.booking,
        till=None,
        staff=None,
        request_id=request_id(),
        at=at,
        window_seconds=120,
        approved_by=manager,
    )


def balance(card: Card, program: Program, kind: AccountKind = AccountKind.AVAILABLE) -> int:
    """Return what the card holds in the program."""
    return holdings_for(merchant=card.merchant, card=card).get((program.pk, kind.value), 0)
