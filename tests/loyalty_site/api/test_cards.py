"""GET cards/{number}: what a till may see, and of whom."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from members.audit import Actor
from members.domain.cards import block_card, rotating_text
from members.models import Card, Merchant
from rewards.models import Program
from tests.factories import NOW, make_card, make_contact, make_member
from tests.loyalty_site.api.client import TillClient
from tests.rewards.programs import a_reward, book, points_program


def test_card_shows_state_balances_and_what_it_buys(api: TillClient, card: Card, points: Program) -> None:
    cheap, dear = a_reward(points, price=10, name="Kaffee"), a_reward(points, price=100, name="Kuchen")
    book(card, cents=2_000)
    answer = api.get(f"cards/{card.number}")
    assert answer.status == 200
    assert {name: answer.body[name] for name in ("number", "status", "level", "rewards")} == {
        "number": card.number,
        "status": "unverified",
        "level": 0,
        "rewards": [{"reward": str(cheap.public_id), "name": "Kaffee", "program": str(points.public_id), "price": 10}],
    }
    assert answer.body["balances"][0]["available"] == 20
    assert answer.body["balances"][0]["next_reward"] == {
        "reward": str(dear.public_id), "name": "Kuchen", "price": 100, "missing": 80,
    }  # fmt: skip


def test_card_tells_first_name_and_initial_and_no_more(api: TillClient, merchant: Merchant) -> None:
    member = make_member(merchant, first_name="Zoë", last_name="Unverkennbar", birth_date="1980-01-02")
    contact = make_contact(member)
    number = make_card(member).number
    body = api.get(f"cards/{number}").body
    assert body["name"] == "Zoë U."
    assert "Unverkennbar" not in str(body)
    assert contact.value not in str(body)
    assert set(body) == {"number", "status", "level", "name", "balances", "rewards"}


def test_blank_card_has_no_name(api: TillClient, merchant: Merchant) -> None:
    assert api.get(f"cards/{make_card(merchant=merchant).number}").body["name"] is None


def test_blocked_card_is_shown_as_such(api: TillClient, card: Card) -> None:
    block_card(card=card, actor=Actor.job("tests"), reason="lost", at=NOW)
    assert api.get(f"cards/{card.number}").body["status"] == "blocked"


@pytest.mark.parametrize("spell", [str.lower, lambda n: f"{n[:4]}%20{n[4:8]}%20{n[8:]}", lambda n: f"K.{n}"])
def test_any_spelling_is_read(api: TillClient, card: Card, spell: object) -> None:
    assert callable(spell)
    assert api.get(f"cards/{spell(card.number)}").body["number"] == card.number


def test_card_of_another_merchant_is_unknown(api: TillClient, other_merchant: Merchant) -> None:
    theirs = make_card(make_member(other_merchant))
    answer = api.get(f"cards/{theirs.number}")
    assert (answer.problem, answer.faults) == ((404, "unknown"), [("path", "number", "unknown")])


def test_unreadable_number_is_not_understood(api: TillClient) -> None:
    answer = api.get("cards/zzz")
    assert (answer.problem, answer.faults) == ((422, "not-understood"), [("path", "number", "unknown")])
    assert api.get(f"cards/{'A' * 301}").problem == (422, "not-understood")


def test_fresh_code_does_not_belong_into_an_address(api: TillClient, card: Card) -> None:
    answer = api.get(f"cards/{rotating_text(card=card, at=timezone.now())}")
    assert (answer.problem, answer.faults) == ((422, "not-understood"), [("path", "number", "number_only")])


@pytest.mark.parametrize("programs", [1, 3])
def test_lookup_costs_three_statements(
    api: TillClient, merchant: Merchant, card: Card, django_assert_num_queries: DjangoAssertNumQueries, programs: int
) -> None:
    for number in range(programs):
        points_program(merchant, name=f"Punkte {number}")
    book(card, cents=500)
    api.get(f"cards/{card.number}")
    with django_assert_num_queries(3):
        assert len(api.get(f"cards/{card.number}").body["balances"]) == programs
