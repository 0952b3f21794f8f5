"""Redeeming at the counter: a fresh code spends once, at the till that saw it, within three minutes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty_site.counter import fresh_codes
from members.domain.cards import rotating_text
from members.models import Card, Merchant, Staff, Till
from rewards.models import Booking, Freshness, Program, Redemption, Reward
from tests import factories
from tests.loyalty_site.counter.conftest import Answer, Scan, device_of, new_id, sign_in
from tests.rewards.programs import a_reward, balance, book, stamp_program


@pytest.fixture
def program(merchant: Merchant) -> Program:
    """A stamp card whose rewards take a fresh code."""
    return stamp_program(merchant, redeem_freshness=Freshness.FRESH_CODE)


@pytest.fixture
def reward(program: Program, card: Card) -> Reward:
    """A reward for ten stamps; the card has twelve."""
    for _ in range(12):
        book(card, at=timezone.now())
    return a_reward(program, price=10, description="Kaffee und Brötchen")


def _redeem(desk: Client, card: Card, reward: Reward, *, fresh: str, request_id: str = "") -> Answer:
    fields = {"reward": str(reward.public_id), "request_id": request_id or new_id(), "fresh": fresh}
    return desk.post(reverse("counter:redeem_confirm", args=[card.public_id]), fields, follow=True)


def _token(till: Till, card: Card, *, step: int = 58_000_000, seconds_ago: int = 0) -> str:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    return fresh_codes.token_for(till=till, card=card, step=step, at=at)


def _open(desk: Client, card: Card, reward: Reward) -> str:
    """Return the token that the confirmation's form carries."""
    confirm = reverse("counter:redeem_confirm", args=[card.public_id])
    page = desk.get(confirm, {"reward": str(reward.public_id)})
    return str(page.context["fresh"])


def test_fresh_code_from_scan_to_hand_over(
    scan: Scan, desk: Client, merchant: Merchant, program: Program, reward: Reward, card: Card, cashier: Staff
) -> None:
    scan(rotating_text(card=card, at=timezone.now()))
    listed = desk.get(reverse("counter:redeem", args=[card.public_id]))
    (shown,) = listed.context["rewards"]
    assert (listed.context["freshness"].ok, shown.id, shown.disabled) == (True, str(reward.public_id), False)
    page = _redeem(desk, card, reward, fresh=_open(desk, card, reward))
    assert (page.templates[0].name, balance(card, program)) == ("counter/redeemed.html", 3)
    redemption = Redemption.objects.for_merchant(merchant).get()
    assert (redemption.state, redemption.code_step is not None) == ("reserved", True)
    assert page.context["redemption"].instruction == "Kaffee und Brötchen"
    assert page.context["redemption"].balance_after == "3 Stempel"
    done = desk.post(page.context["redemption"].hand_over_url, follow=True)
    redemption.refresh_from_db()
    assert (redemption.state, redemption.handed_over_by) == ("handed_over", cashier)
    assert (done.context["redemption"].handed_over, done.context["redemption"].hand_over_url) == (True, "")


def test_fresh_token_travels_in_a_cookie_that_ends_and_never_in_an_address(
    scan: Scan, desk: Client, reward: Reward, card: Card
) -> None:
    page = scan(rotating_text(card=card, at=timezone.now()))
    cookie = desk.cookies[fresh_codes.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 180)
    assert cookie.value not in "".join(address for address, _ in page.redirect_chain)
    assert reward.pk


def test_static_code_lists_rewards_that_cant_be_chosen(scan: Scan, desk: Client, reward: Reward, card: Card) -> None:
    scan(card.number)
    page = desk.get(reverse("counter:redeem", args=[card.public_id]))
    assert (page.context["freshness"].ok, [r.disabled for r in page.context["rewards"]]) == (False, [True])
    assert reward.name in page.content.decode()


def test_redeeming_without_a_token_is_a_recorded_extra_check_and_spends_nothing(
    desk: Client, merchant: Merchant, program: Program, reward: Reward, card: Card
) -> None:
    page = _redeem(desk, card, reward, fresh="")
    assert (page.templates[0].name, page.context["stop"].kind) == ("counter/stopp.html", "warn")
    assert balance(card, program) == 12
    assert Booking.objects.for_merchant(merchant).get(kind="redeem").outcome == "step_up"


@pytest.mark.parametrize("fault", ["old", "other_till", "other_card", "changed"])
def test_token_that_is_old_foreign_or_changed_spends_nothing(
    desk: Client, merchant: Merchant, till: Till, program: Program, reward: Reward, card: Card, fault: str
) -> None:
    token = {
        "old": _token(till, card, seconds_ago=181),
        "other_till": _token(factories.make_till(till.store), card),
        "other_card": _token(till, factories.make_card(merchant=merchant)),
        "changed": _token(till, card)[:-2] + "xx",
    }[fault]
    page = _redeem(desk, card, reward, fresh=token)
    assert (page.templates[0].name, balance(card, program)) == ("counter/stopp.html", 12)
    assert _redeem(desk, card, reward, fresh=_token(till, card)).templates[0].name == "counter/redeemed.html"


def test_one_fresh_code_spends_once_and_names_the_till_where_it_did(
    desk: Client, till: Till, program: Program, reward: Reward, card: Card
) -> None:
    for _ in range(10):
        book(card, at=timezone.now())
    token = _token(till, card)
    _redeem(desk, card, reward, fresh=token)
    page = _redeem(desk, card, reward, fresh=token)
    assert (page.context["stop"].kind, balance(card, program)) == ("warn", 12)
    assert till.name in page.context["stop"].text


def test_redemption_sent_twice_spends_once(
    desk: Client, till: Till, program: Program, reward: Reward, card: Card
) -> None:
    token, request_id = _token(till, card), new_id()
    first = _redeem(desk, card, reward, fresh=token, request_id=request_id)
    again = _redeem(desk, card, reward, fresh=token, request_id=request_id)
    assert first.redirect_chain == again.redirect_chain
    assert balance(card, program) == 2


def test_program_that_takes_any_code_redeems_with_a_static_one(desk: Client, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10, redeem_freshness=Freshness.ANY_CODE, name="Ohne Handy")
    reward = a_reward(program, price=10)
    book(card, at=timezone.now())
    listed = desk.get(reverse("counter:redeem", args=[card.public_id]))
    assert (listed.context["freshness"], [r.disabled for r in listed.context["rewards"]]) == (None, [False])
    assert _redeem(desk, card, reward, fresh="").templates[0].name == "counter/redeemed.html"
    assert balance(card, program) == 0


def test_card_not_confirmed_enough_says_so_and_spends_nothing(
    desk: Client, merchant: Merchant, till: Till, card: Card
) -> None:
    program = stamp_program(merchant, stamps=10, redeem_level=1, name="Stempel ab Stufe 1")
    reward = a_reward(program, price=10)
    book(card, at=timezone.now())
    listed = desk.get(reverse("counter:redeem", args=[card.public_id]))
    assert (bool(listed.context["proof_missing"]), [r.disabled for r in listed.context["rewards"]]) == (True, [True])
    assert listed.context["proof_missing"] in listed.content.decode()
    page = _redeem(desk, card, reward, fresh=_token(till, card))
    assert (page.templates[0].name, balance(card, program)) == ("counter/stopp.html", 10)


def test_balance_too_small_lists_nothing_and_refuses_a_forged_choice(
    desk: Client, merchant: Merchant, till: Till, card: Card
) -> None:
    program = stamp_program(merchant)
    reward = a_reward(program, price=10)
    book(card, at=timezone.now())
    assert desk.get(reverse("counter:redeem", args=[card.public_id])).context["rewards"] == []
    page = _redeem(desk, card, reward, fresh=_token(till, card))
    assert (page.templates[0].name, balance(card, program)) == ("counter/stopp.html", 1)


def test_confirmation_of_a_reward_that_was_spent_meanwhile_cant_be_sent(
    desk: Client, till: Till, reward: Reward, card: Card
) -> None:
    address = reverse("counter:redeem_confirm", args=[card.public_id])
    _redeem(desk, card, reward, fresh=_token(till, card))
    page = desk.get(address, {"reward": str(reward.public_id)})
    shown = (page.context["balance_now"], page.context["balance_after"], page.context["reward"].disabled)
    assert shown == ("2 Stempel", "–", True)


@pytest.mark.parametrize("reward_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_reward_that_is_none_is_not_found(desk: Client, reward: Reward, card: Card, reward_id: str) -> None:
    address = reverse("counter:redeem_confirm", args=[card.public_id])
    assert desk.get(address, {"reward": reward_id}).status_code == 404
    assert desk.post(address, {"reward": reward_id, "request_id": new_id()}).status_code == 404
    assert reward.pk


def test_redemption_undone_gives_back_and_says_hand_nothing_over(
    desk: Client, merchant: Merchant, till: Till, program: Program, reward: Reward, card: Card
) -> None:
    page = _redeem(desk, card, reward, fresh=_token(till, card))
    address = page.redirect_chain[-1][0]
    desk.post(page.context["redemption"].undo_url, {"request_id": new_id()})
    assert (balance(card, program), Redemption.objects.for_merchant(merchant).get().state) == (12, "undone")
    after = desk.get(address)
    assert (after.templates[0].name, after.context["stop"].kind) == ("counter/stopp.html", "stop")
    assert desk.post(page.context["redemption"].hand_over_url).status_code == 404


def test_handing_over_twice_keeps_the_first(
    desk: Client, merchant: Merchant, till: Till, reward: Reward, card: Card, manager: Staff
) -> None:
    page = _redeem(desk, card, reward, fresh=_token(till, card))
    url = page.context["redemption"].hand_over_url
    desk.post(url)
    first = Redemption.objects.for_merchant(merchant).get()
    other = device_of(factories.make_till(till.store))
    sign_in(other, manager)
    other.post(url)
    again = Redemption.objects.for_merchant(merchant).get()
    assert (again.handed_over_at, again.handed_over_by) == (first.handed_over_at, first.handed_over_by)
