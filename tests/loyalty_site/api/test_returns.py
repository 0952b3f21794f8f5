"""POST returns: parts, items, the rest; told as positive numbers. The reckoning is tested in tests/rewards."""

import uuid
from typing import Any

import pytest

from members.models import Card, Merchant
from rewards.models import Booking, Program
from tests.loyalty_site.api.client import TillClient, fresh_key
from tests.rewards.programs import a_reward, balance, spend


@pytest.fixture
def sale(api: TillClient, card: Card, points: Program) -> str:
    """The id of a sale of 10 euros."""
    return str(api.post("earns", {"card": card.number, "amount_cents": 1000}).body["id"])


def test_part_of_a_sale_is_taken_back(
    api: TillClient, merchant: Merchant, card: Card, points: Program, sale: str
) -> None:
    answer = api.post("returns", {"earn": sale, "amount_cents": 350}, **{"Accept-Language": "en"})
    assert answer.status == 201
    assert answer.body["taken_back"] == [
        {
            "program": str(points.public_id),
            "program_name": "Punkte",
            "unit": "point",
            "unit_name": "Punkte",
            "amount": 3,
            "missing": 0,
            "why": {"code": "taken_back", "text": "Taken back: 3 of 10 that were booked for this sale."},
        }
    ]
    assert (answer.body["outcome"], answer.body["reasons"]) == ("posted", [])
    assert answer.body["balances"][0]["available"] == balance(card, points) == 7
    booking = Booking.objects.for_merchant(merchant).get(public_id=answer.body["id"])
    assert (booking.kind, booking.channel, booking.amount_cents) == ("return", "till", 350)


def test_without_a_sum_the_rest_comes_back(api: TillClient, card: Card, points: Program, sale: str) -> None:
    api.post("returns", {"earn": sale, "amount_cents": 350})
    assert api.post("returns", {"earn": sale}).body["taken_back"][0]["amount"] == 7
    again = api.post("returns", {"earn": sale}).body
    assert (again["outcome"], again["taken_back"], again["reasons"][0]["code"]) == ("refused", [], "already_returned")
    assert balance(card, points) == 0


def test_items_count_with_their_amounts(api: TillClient, card: Card, points: Program, sale: str) -> None:
    items = [{"sku": "a", "quantity": 1, "amount_cents": 450}, {"sku": "b", "quantity": 2, "amount_cents": -50}]
    assert api.post("returns", {"earn": sale, "items": items}).body["taken_back"][0]["amount"] == 4
    assert balance(card, points) == 6


def test_more_than_the_sale_is_refused(api: TillClient, card: Card, points: Program, sale: str) -> None:
    answer = api.post("returns", {"earn": sale, "amount_cents": 1001})
    assert (answer.status, answer.body["outcome"]) == (201, "refused")
    assert answer.body["reasons"][0]["code"] == "return_exceeds"
    assert balance(card, points) == 10


def test_what_was_spent_is_told_as_missing(api: TillClient, card: Card, points: Program, sale: str) -> None:
    spend(card, a_reward(points, price=8))
    taken = api.post("returns", {"earn": sale}).body["taken_back"][0]
    assert (taken["amount"], taken["missing"]) == (2, 8)
    assert balance(card, points) == 0


def test_returned_sale_can_not_be_undone(api: TillClient, card: Card, points: Program, sale: str) -> None:
    api.post("returns", {"earn": sale, "amount_cents": 100})
    undone = api.post(f"earns/{sale}/undo").body
    assert (undone["outcome"], undone["reasons"][0]["code"]) == ("refused", "returned_meanwhile")
    assert balance(card, points) == 9


def test_replay_and_conflict(api: TillClient, card: Card, points: Program, sale: str) -> None:
    key = fresh_key()
    first = api.post("returns", {"earn": sale, "amount_cents": 200}, key=key)
    again = api.post("returns", {"earn": sale, "amount_cents": 200}, key=key)
    assert (again.status, again.body) == (200, first.body)
    assert api.post("returns", {"earn": sale}, key=key).problem == (422, "idempotency-key-reused")
    assert balance(card, points) == 8


def test_sale_of_another_merchant_is_unknown_and_nothing_is_written(
    other_api: TillClient, merchant: Merchant, other_merchant: Merchant, card: Card, points: Program, sale: str
) -> None:
    for earn in (sale, str(uuid.uuid4())):
        assert other_api.post("returns", {"earn": earn}).problem == (404, "unknown")
    assert balance(card, points) == 10
    assert not Booking.objects.for_merchant(other_merchant).exists()
    assert Booking.objects.for_merchant(merchant).count() == 1


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        ({"amount_cents": 0}, ("body", "amount_cents", "greater_than_equal")),
        ({"amount_cents": 1.5}, ("body", "amount_cents", "int_type")),
        (
            {"amount_cents": 100, "items": [{"sku": "a", "quantity": 1, "amount_cents": 100}]},
            ("body", "", "sum_or_items"),
        ),
        ({"items": [{"sku": "a", "quantity": 1, "amount_cents": -100}]}, ("body", "items", "amount_range")),
        ({"earn": "17"}, ("body", "earn", "uuid_parsing")),
        ({"reason": "broken"}, ("body", "reason", "extra_forbidden")),
    ],
)
def test_return_that_is_none_is_not_understood(
    api: TillClient, card: Card, points: Program, sale: str, extra: dict[str, Any], fault: tuple[str, str, str]
) -> None:
    answer = api.post("returns", {"earn": sale} | extra)
    assert (answer.problem, answer.faults) == ((422, "not-understood"), [fault])
    assert balance(card, points) == 10
