"""POST redemptions and its undo: what spends, what asks for more, what is refused."""

import uuid

import pytest
from django.utils import timezone

from members.domain.cards import rotating_text
from members.models import Card, Merchant
from rewards.models import Booking, Freshness, Program, Redemption, Reward
from tests.loyalty_site.api.client import TillClient, fresh_key
from tests.rewards.programs import a_reward, balance, book, stamp_program


@pytest.fixture
def strict(merchant: Merchant) -> Program:
    """A stamp card that asks for a fresh code."""
    return stamp_program(merchant, stamps=10, redeem_freshness=Freshness.FRESH_CODE)


@pytest.fixture
def reward(strict: Program) -> Reward:
    """A reward for ten stamps."""
    return a_reward(strict, price=10)


def fresh(card: Card) -> str:
    """Return what the phone shows now."""
    return rotating_text(card=card, at=timezone.now())


def test_fresh_code_redeems(api: TillClient, merchant: Merchant, card: Card, strict: Program, reward: Reward) -> None:
    book(card)
    answer = api.post("redemptions", {"card": fresh(card), "reward": str(reward.public_id)})
    assert (answer.status, answer.body["outcome"], answer.body["voucher"]) == (201, "redeemed", None)
    assert (answer.body["reasons"], answer.body["balances"][0]["available"]) == ([], 0)
    assert set(answer.body) == {"id", "outcome", "voucher", "balances", "reasons"}
    redemption = Redemption.objects.for_merchant(merchant).get(booking__public_id=answer.body["id"])
    assert (redemption.reward, redemption.card, redemption.price) == (reward, card, 10)
    assert redemption.code_step is not None
    assert redemption.booking.channel == "till"
    assert balance(card, strict) == 0


def test_static_card_is_asked_for_a_fresh_code_and_spends_nothing(
    api: TillClient, merchant: Merchant, card: Card, strict: Program, reward: Reward
) -> None:
    book(card)
    body = {"card": card.number, "reward": str(reward.public_id)}
    answer = api.post("redemptions", body, **{"Accept-Language": "en-GB,de;q=0.5"})
    assert (answer.status, answer.body["outcome"]) == (201, "step_up")
    assert answer.body["reasons"] == [
        {
            "code": "fresh_code_needed",
            "text": "Redeeming asks for a fresh code. Please have the card opened on the phone and scan it.",
        }
    ]
    assert Booking.objects.for_merchant(merchant).get(public_id=answer.body["id"]).outcome == "step_up"
    assert balance(card, strict) == 10


def test_wrong_code_is_a_step_up_too(api: TillClient, card: Card, strict: Program, reward: Reward) -> None:
    book(card)
    answer = api.post("redemptions", {"card": f"T.{card.number}.00000000", "reward": str(reward.public_id)})
    assert answer.body["outcome"] == "step_up"
    assert balance(card, strict) == 10


def test_one_code_spends_once(api: TillClient, card: Card, strict: Program, reward: Reward) -> None:
    book(card)
    book(card)
    body = {"card": fresh(card), "reward": str(reward.public_id)}
    assert api.post("redemptions", body).body["outcome"] == "redeemed"
    again = api.post("redemptions", body)
    assert (again.status, again.body["outcome"]) == (201, "refused")
    assert again.body["reasons"][0]["code"] == "code_used"
    assert balance(card, strict) == 10


def test_replay_answers_the_first_redemption_though_its_code_is_spent(
    api: TillClient, card: Card, strict: Program, reward: Reward
) -> None:
    book(card)
    book(card)
    body, key = {"card": fresh(card), "reward": str(reward.public_id)}, fresh_key()
    first = api.post("redemptions", body, key=key)
    again = api.post("redemptions", body, key=key)
    assert (again.status, again.body, again.headers["Idempotent-Replayed"]) == (200, first.body, "true")
    assert balance(card, strict) == 10


def test_too_few_units_are_refused(api: TillClient, card: Card, strict: Program, reward: Reward) -> None:
    answer = api.post("redemptions", {"card": fresh(card), "reward": str(reward.public_id)})
    assert (answer.status, answer.body["outcome"]) == (201, "refused")
    assert answer.body["reasons"][0]["code"] == "too_few_units"
    assert answer.body["balances"][0]["next_reward"]["missing"] == 10


def test_reward_of_another_merchant_is_unknown(
    api: TillClient, merchant: Merchant, other_merchant: Merchant, card: Card, strict: Program
) -> None:
    theirs = a_reward(stamp_program(other_merchant))
    for reward in (str(theirs.public_id), str(uuid.uuid4())):
        answer = api.post("redemptions", {"card": fresh(card), "reward": reward})
        assert (answer.problem, answer.faults) == ((404, "unknown"), [("body", "reward", "unknown")])
    assert not Booking.objects.for_merchant(merchant).exists()


def test_undo_gives_the_units_back(
    api: TillClient, merchant: Merchant, card: Card, strict: Program, reward: Reward
) -> None:
    book(card)
    redeemed = api.post("redemptions", {"card": fresh(card), "reward": str(reward.public_id)}).body["id"]
    answer = api.post(f"redemptions/{redeemed}/undo")
    assert (answer.status, answer.body["outcome"], answer.body["undone"]) == (201, "undone", redeemed)
    assert balance(card, strict) == 10
    assert Redemption.objects.for_merchant(merchant).get().state == "undone"
    assert api.post(f"earns/{redeemed}/undo").problem == (404, "unknown")
    twice = api.post(f"redemptions/{redeemed}/undo")
    assert (twice.body["outcome"], twice.body["reasons"][0]["code"]) == ("refused", "already_undone")
