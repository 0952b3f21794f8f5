"""The token of a fresh code: for one till, one card, one step, three minutes."""

from datetime import timedelta

import pytest

from loyalty_site.counter.fresh_codes import MAX_AGE_SECONDS, step_of, token_for
from members.models import Card, Till
from tests import factories
from tests.factories import NOW


def test_token_used_in_time_at_its_till_gives_the_step_back(till: Till, card: Card) -> None:
    token = token_for(till=till, card=card, step=58_000_000, at=NOW)
    last = NOW + timedelta(seconds=MAX_AGE_SECONDS)
    assert step_of(token, till=till, card=card, at=NOW) == step_of(token, till=till, card=card, at=last) == 58_000_000
    assert card.number not in token


def test_token_too_old_or_from_the_future_is_worth_nothing(till: Till, card: Card) -> None:
    token = token_for(till=till, card=card, step=1, at=NOW)
    assert step_of(token, till=till, card=card, at=NOW + timedelta(seconds=MAX_AGE_SECONDS + 1)) is None
    assert step_of(token, till=till, card=card, at=NOW - timedelta(seconds=5)) is None


def test_token_of_another_till_or_card_is_worth_nothing(till: Till, card: Card) -> None:
    token = token_for(till=till, card=card, step=1, at=NOW)
    other_till, other_card = factories.make_till(till.store), factories.make_card(merchant=till.merchant)
    assert step_of(token, till=other_till, card=card, at=NOW) is None
    assert step_of(token, till=till, card=other_card, at=NOW) is None


@pytest.mark.parametrize("change", ["", "x", "a:b:c", "🙂", "A" * 10_000])
def test_token_made_up_or_changed_is_worth_nothing(till: Till, card: Card, change: str) -> None:
    token = token_for(till=till, card=card, step=1, at=NOW)
    assert step_of(change, till=till, card=card, at=NOW) is None
    assert step_of(token[:-1] + ("A" if token[-1] != "A" else "B"), till=till, card=card, at=NOW) is None
