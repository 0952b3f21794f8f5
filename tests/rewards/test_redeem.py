"""Redeeming: exact balances, fresh codes spend once, stock never oversells, everything explained."""

from datetime import timedelta

import pytest

from members.models import Card, Merchant, Staff
from rewards.domain.programs import save_program, save_reward
from rewards.domain.redeem import RewardUnknown, hand_over, redeem
from rewards.models import Booking, Freshness, Lot, Redemption
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import a_reward, balance, book, spend, stamp_program, take_back


def test_redeem_takes_the_price_and_reserves(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=12)
    reward = a_reward(program)
    book(card)
    outcome = spend(card, reward)
    assert outcome.status == "posted"
    assert balance(card, program) == 2
    redemption = Redemption.objects.for_merchant(merchant).get()
    assert (redemption.state, redemption.price, str(redemption.public_id)) == (
        "reserved",
        10,
        outcome.details["redemption"],
    )


def test_redeem_with_too_few_units_books_nothing_and_is_recorded(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    reward = a_reward(program)
    book(card)
    outcome = spend(card, reward)
    assert (outcome.status, outcome.reasons[0].code) == ("refused", "too_few_units")
    assert balance(card, program) == 1
    assert Booking.objects.for_merchant(merchant).filter(kind="redeem", outcome="refused").count() == 1


def test_static_code_does_not_spend_where_a_fresh_one_is_asked(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10, redeem_freshness=Freshness.FRESH_CODE)
    reward = a_reward(program)
    book(card)
    outcome = spend(card, reward, step=None)
    assert (outcome.status, outcome.reasons[0].code) == ("step_up", "fresh_code_needed")
    assert balance(card, program) == 10


def test_one_fresh_code_spends_once(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=30, redeem_freshness=Freshness.FRESH_CODE)
    reward = a_reward(program)
    book(card)
    assert spend(card, reward, step=77).status == "posted"
    again = spend(card, reward, step=77)
    assert (again.status, again.reasons[0].code) == ("refused", "code_used")
    assert balance(card, program) == 20
    assert spend(card, reward, step=78).status == "posted"


def test_unconfirmed_card_collects_but_does_not_spend(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10, redeem_level=1)
    reward = a_reward(program)
    book(card)
    outcome = spend(card, reward)
    assert (outcome.status, outcome.reasons[0].code) == ("step_up", "level_needed")
    assert balance(card, program) == 10


def test_last_piece_goes_once_and_undo_brings_it_back(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=30)
    reward = a_reward(program, stock=1)
    book(card)
    first = spend(card, reward)
    assert spend(card, reward).reasons[0].code == "out_of_stock"
    assert balance(card, program) == 20
    assert take_back(first, merchant).status == "posted"
    assert balance(card, program) == 30
    assert spend(card, reward).status == "posted"


def test_reward_outside_its_window_is_refused(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10)
    reward = a_reward(program, starts_at=NOW + timedelta(days=1))
    book(card)
    assert spend(card, reward).reasons[0].code == "reward_closed"
    assert spend(card, reward, at=NOW + timedelta(days=2)).status == "posted"


def test_soonest_expiring_lot_is_spent_first(merchant: Merchant, card: Card) -> None:
    """Not the oldest lot: the one that expires first."""
    program = stamp_program(merchant, stamps=5)
    reward = a_reward(program, price=5)
    book(card)  # never expires
    program.expiry_months = 12
    save_program(program=program)
    book(card)
    spend(card, reward)
    left = {lot.expires_at is None: lot.remaining for lot in Lot.objects.for_merchant(merchant)}
    assert left == {True: 5, False: 0}


def test_undo_of_a_redemption_fills_the_very_lots_it_drained(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=6, expiry_months=12)
    reward = a_reward(program, price=8)
    book(card)
    book(card, at=NOW + timedelta(days=60))
    before = list(Lot.objects.for_merchant(merchant).order_by("pk").values_list("remaining", "expires_at"))
    outcome = spend(card, reward, at=NOW + timedelta(days=61))
    assert [lot.remaining for lot in Lot.objects.for_merchant(merchant).order_by("pk")] == [0, 4]
    take_back(outcome, merchant, at=NOW + timedelta(days=61))
    assert list(Lot.objects.for_merchant(merchant).order_by("pk").values_list("remaining", "expires_at")) == before


def test_hand_over_marks_once_and_names_who_did_it(merchant: Merchant, card: Card, cashier: Staff) -> None:
    program = stamp_program(merchant, stamps=10)
    book(card)
    outcome = spend(card, a_reward(program))
    redemption = str(outcome.details["redemption"])
    hand_over(merchant=merchant, redemption=redemption, staff=cashier, at=NOW)
    hand_over(merchant=merchant, redemption=redemption, staff=None, at=NOW + timedelta(hours=1))
    row = Redemption.objects.for_merchant(merchant).get()
    assert (row.state, row.handed_over_by, row.handed_over_at) == ("handed_over", cashier, NOW)


def test_hand_over_of_an_undone_redemption_is_refused(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=10)
    book(card)
    outcome = spend(card, a_reward(program))
    take_back(outcome, merchant)
    with pytest.raises(Redemption.DoesNotExist):
        hand_over(merchant=merchant, redemption=str(outcome.details["redemption"]), staff=None, at=NOW)


def test_reward_of_another_merchant_is_unknown(merchant: Merchant, other_merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    foreign = a_reward(stamp_program(other_merchant))
    with pytest.raises(RewardUnknown):
        redeem(
            merchant=merchant, card=card, reward=str(foreign.public_id), code_step=None, till=None, staff=None,
            request_id="r", at=NOW,
        )  # fmt: skip
    assert not Booking.objects.for_merchant(other_merchant).exists()


def test_replayed_redemption_answers_the_first_outcome(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=30)
    reward = a_reward(program)
    book(card)
    first = spend(card, reward, request="once")
    again = spend(card, reward, request="once")
    assert again.as_replay() == first.as_replay()
    assert balance(card, program) == 20


def test_replay_after_the_reward_has_closed_still_answers_the_first_outcome(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=30)
    reward = a_reward(program)
    book(card)
    first = spend(card, reward, request="once")
    reward.is_active = False
    save_reward(reward=reward)
    assert spend(card, reward, request="once").booking == first.booking
    with pytest.raises(RewardUnknown):
        spend(card, reward, request="another")


def test_other_merchants_card_row_stays_untouched(merchant: Merchant, other_merchant: Merchant) -> None:
    mine, theirs = factories.make_card(merchant=merchant), factories.make_card(merchant=other_merchant)
    program, other = stamp_program(merchant), stamp_program(other_merchant)
    book(mine)
    assert (balance(mine, program), balance(theirs, other)) == (1, 0)
