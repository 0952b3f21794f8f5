"""Objects of another merchant are not there: 404 at every address, and nothing is written."""

from collections.abc import Iterator

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty_site.counter import urls
from members.models import AuditEntry, Card, Merchant, Role, Staff, Till
from rewards.models import Account, Booking, Redemption, Transfer
from tests import factories
from tests.factories import PIN
from tests.loyalty_site.counter.conftest import new_id
from tests.rewards.programs import a_reward, book, spend, stamp_program

#: Every address that names an object -> the object it names.
NAMES = {
    "card": "card",
    "stamp": "card",
    "amount": "card",
    "redeem": "card",
    "redeem_confirm": "card",
    "block": "card",
    "unblock": "card",
    "replace": "card",
    "booking": "booking",
    "why": "booking",
    "undo": "booking",
    "reverse": "booking",
    "hand_over": "redemption",
}
WATCHED: tuple[type[models.Model], ...] = (Account, Booking, Transfer, Redemption, AuditEntry, Card)


@pytest.fixture
def theirs(other_merchant: Merchant) -> dict[str, str]:
    """A card, a booking and a redemption of another merchant, all of them fresh."""
    till = factories.make_till(factories.make_store(other_merchant))
    card = factories.make_card(factories.make_member(other_merchant))
    program = stamp_program(other_merchant, stamps=10)
    reward = a_reward(program, price=5)
    book(card, at=timezone.now(), till=till)
    spent = spend(card, reward, at=timezone.now(), till=till)
    return {
        "card": str(card.public_id),
        "booking": spent.booking,
        "redemption": str(spent.details["redemption"]),
        "reward": str(reward.public_id),
    }


def _rows() -> Iterator[tuple[str, list[object]]]:
    for model in WATCHED:
        rows = model._default_manager.all()
        everything = rows.across_merchants(reason="test")  # type: ignore[attr-defined]
        yield model.__name__, list(everything.order_by("pk").values())


def test_every_address_that_names_an_object_is_tried_here() -> None:
    named = {pattern.name for pattern in urls.urlpatterns if pattern.pattern.converters}
    assert named == NAMES.keys()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_object_of_another_merchant_is_not_found_and_nothing_is_written(
    desk: Client, merchant: Merchant, manager: Staff, card: Card, theirs: dict[str, str], name: str
) -> None:
    stamp_program(merchant)
    address = reverse(f"counter:{name}", args=[theirs[NAMES[name]]])
    fields = {
        "request_id": new_id(),
        "amount": "5,00",
        "reason": "lost",
        "action": "block",
        "manager": str(manager.public_id),
        "pin": PIN,
        "reward": theirs["reward"],
        "new_card": str(card.public_id),
        "fresh": "",
    }
    before = dict(_rows())
    answers = [desk.get(address, {"reward": theirs["reward"]}).status_code, desk.post(address, fields).status_code]
    assert dict(_rows()) == before
    assert set(answers) <= {404, 405}
    assert 404 in answers


def test_reward_and_new_card_of_another_merchant_are_not_found(
    desk: Client, merchant: Merchant, manager: Staff, card: Card, theirs: dict[str, str]
) -> None:
    stamp_program(merchant, stamps=20)
    book(card, at=timezone.now())
    before = dict(_rows())
    confirm = reverse("counter:redeem_confirm", args=[card.public_id])
    assert desk.get(confirm, {"reward": theirs["reward"]}).status_code == 404
    assert desk.post(confirm, {"reward": theirs["reward"], "request_id": new_id()}).status_code == 404
    replacing = {"new_card": theirs["card"], "reason": "lost", "manager": str(manager.public_id), "pin": PIN}
    answer = desk.post(reverse("counter:replace", args=[card.public_id]), replacing | {"request_id": new_id()})
    assert (answer.status_code, dict(_rows())) == (404, before)


def test_manager_of_another_merchant_approves_nothing(
    desk: Client, merchant: Merchant, other_merchant: Merchant, card: Card, till: Till
) -> None:
    stamp_program(merchant)
    outcome = book(card, at=timezone.now(), till=till)
    stranger = factories.make_staff(other_merchant, Role.MANAGER)
    fields = {"manager": str(stranger.public_id), "pin": PIN, "reason": "twice", "request_id": new_id()}
    before = dict(_rows())
    assert desk.post(reverse("counter:reverse", args=[outcome.booking]), fields).status_code == 422
    assert dict(_rows()) == before
    stranger.refresh_from_db()
    assert stranger.pin_failures == 0
