"""POST earns, its undo and its explanation: what is answered, and what stands in the ledger after it."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from fraud.models import Limit, LimitKind, LimitSubject
from members.audit import Actor
from members.domain.cards import block_card, rotating_text
from members.domain.merchants import touch_rules
from members.models import Card, Merchant, Store, Till
from rewards.domain.programs import save_rule
from rewards.models import Booking, Program
from tests.factories import NOW, make_card, make_member, make_till
from tests.loyalty_site.api.client import TillClient, client_of, fresh_key
from tests.rewards.programs import a_reward, balance


def bookings(merchant: Merchant) -> int:
    """Count what is recorded."""
    return Booking.objects.for_merchant(merchant).count()


def test_earn_is_booked_and_answered_in_full(
    api: TillClient, merchant: Merchant, till: Till, card: Card, points: Program
) -> None:
    reward = a_reward(points, price=20, name="Kaffee")
    answer = api.post(
        "earns",
        {
            "card": f"k.{card.number.lower()}",
            "amount_cents": 1290,
            "items": [{"sku": "bread", "category": "bakery", "quantity": 2, "amount_cents": 1290}],
            "receipt": "2026-17",
        },
        key="abc 1",
    )
    assert answer.status == 201
    assert "Idempotent-Replayed" not in answer.headers
    program = {"program": str(points.public_id), "program_name": "Punkte", "unit": "point", "unit_name": "Punkte"}
    why = answer.body["grants"][0].pop("why")
    assert answer.body == {
        "id": answer.body["id"],
        "outcome": "posted",
        "grants": [program | {"amount": 12}],
        "balances": [
            program
            | {
                "available": 12,
                "pending": 0,
                "next_reward": {"reward": str(reward.public_id), "name": "Kaffee", "price": 20, "missing": 8},
            }
        ],
        "reasons": [],
    }
    assert why["code"] == "per_amount_remainder"
    booking = Booking.objects.for_merchant(merchant).get(public_id=answer.body["id"])
    assert (booking.request_id, booking.channel, booking.entry) == ("abc 1", "till", "scan")
    assert (booking.till, booking.store, booking.staff, booking.card) == (till, till.store, None, card)
    assert (booking.amount_cents, booking.receipt, booking.items[0]["quantity"]) == (1290, "2026-17", 2)
    assert balance(card, points) == 12


def test_refusal_is_an_outcome_with_reasons_and_is_recorded(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    block_card(card=card, actor=Actor.job("tests"), reason="lost", at=NOW)
    answer = api.post("earns", {"card": card.number, "amount_cents": 500}, **{"Accept-Language": "en"})
    assert (answer.status, answer.body["outcome"], answer.body["grants"]) == (201, "refused", [])
    assert answer.body["reasons"] == [
        {"code": "card_blocked", "text": "This card is blocked. A manager can lift the block."}
    ]
    assert Booking.objects.for_merchant(merchant).get(public_id=answer.body["id"]).outcome == "refused"
    assert balance(card, points) == 0


def test_same_key_and_body_answers_the_first_outcome_and_books_once(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    body, key = {"card": card.number, "amount_cents": 500}, fresh_key()
    first = api.post("earns", body, key=key)
    api.post("earns", body)
    again = api.post("earns", body, key=key)
    assert (again.status, again.headers["Idempotent-Replayed"], again.body) == (200, "true", first.body)
    assert (bookings(merchant), balance(card, points)) == (2, 10)


def test_replay_of_a_refusal_is_the_same_refusal(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    key = fresh_key()
    first = api.post("earns", {"card": card.number}, key=key)
    again = api.post("earns", {"card": card.number}, key=key)
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert (again.body["outcome"], bookings(merchant)) == ("refused", 1)


def test_same_key_with_another_body_is_refused_and_writes_nothing(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    key = fresh_key()
    api.post("earns", {"card": card.number, "amount_cents": 500}, key=key)
    answer = api.post("earns", {"card": card.number, "amount_cents": 501}, key=key)
    assert answer.problem == (422, "idempotency-key-reused")
    assert (bookings(merchant), balance(card, points)) == (1, 5)


def test_key_is_shared_by_the_tills_of_a_merchant_and_not_by_merchants(
    api: TillClient, store: Store, merchant: Merchant, other_merchant: Merchant, other_api: TillClient,
    card: Card, points: Program,
) -> None:  # fmt: skip
    key, body = fresh_key(), {"card": card.number, "amount_cents": 500}
    first = api.post("earns", body, key=key)
    colleague = client_of(make_till(store)).post("earns", body, key=key)
    assert (colleague.status, colleague.body) == (200, first.body)
    theirs = make_card(make_member(other_merchant))
    assert other_api.post("earns", {"card": theirs.number, "amount_cents": 500}, key=key).status == 201
    assert (bookings(merchant), bookings(other_merchant)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [("zebra crossing", "unknown"), ("K.4DJJW4F", "too_short"), ("\t ", "empty"), ("G.4DJJW4FWA05W", "unknown")],
)
def test_unreadable_card_names_the_field_and_never_repeats_the_text(
    api: TillClient, merchant: Merchant, points: Program, text: str, code: str
) -> None:
    answer = api.post("earns", {"card": text, "amount_cents": 1})
    assert answer.problem == (422, "not-understood")
    assert answer.faults == [("body", "card", code)]
    assert text.strip() == "" or text not in str(answer.body)
    assert bookings(merchant) == 0


def test_card_of_another_merchant_is_unknown_and_nothing_is_written(
    api: TillClient, merchant: Merchant, other_merchant: Merchant, points: Program
) -> None:
    theirs = make_card(make_member(other_merchant))
    answer = api.post("earns", {"card": theirs.number, "amount_cents": 500})
    assert (answer.problem, answer.faults) == ((404, "unknown"), [("body", "card", "unknown")])
    assert (bookings(merchant), bookings(other_merchant)) == (0, 0)


def test_fresh_code_earns_like_any_other(api: TillClient, card: Card, points: Program) -> None:
    answer = api.post("earns", {"card": rotating_text(card=card, at=timezone.now()), "amount_cents": 500})
    assert (answer.status, answer.body["outcome"]) == (201, "posted")
    assert balance(card, points) == 5


@pytest.mark.parametrize(("days", "code"), [(-8, "too_old"), (1, "in_future")])
def test_sale_of_last_week_or_of_tomorrow_is_refused(
    api: TillClient, merchant: Merchant, card: Card, points: Program, days: int, code: str
) -> None:
    when = (timezone.now() + timedelta(days=days)).isoformat()
    answer = api.post("earns", {"card": card.number, "amount_cents": 500, "occurred_at": when})
    assert (answer.problem, answer.faults) == ((422, "not-understood"), [("body", "occurred_at", code)])
    assert bookings(merchant) == 0


def test_sale_of_yesterday_is_booked_as_of_yesterday(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    when = timezone.now() - timedelta(days=1)
    api.post("earns", {"card": card.number, "amount_cents": 500, "occurred_at": when.isoformat()})
    assert Booking.objects.for_merchant(merchant).get().occurred_at == when


def test_undo_takes_the_earn_back_once(api: TillClient, merchant: Merchant, card: Card, points: Program) -> None:
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    key = fresh_key()
    answer = api.post(f"earns/{earned}/undo", key=key)
    assert (answer.status, answer.body["outcome"], answer.body["undone"]) == (201, "undone", earned)
    assert answer.body["balances"][0]["available"] == 0
    assert balance(card, points) == 0
    again = api.post(f"earns/{earned}/undo", {}, key=key)
    assert (again.status, again.body) == (200, answer.body)
    twice = api.post(f"earns/{earned}/undo")
    assert (twice.status, twice.body["outcome"]) == (201, "refused")
    assert [reason["code"] for reason in twice.body["reasons"]] == ["already_undone"]


def test_undo_after_the_window_is_left_to_a_manager(
    api: TillClient, card: Card, points: Program, settings: Settings
) -> None:
    settings.UNDO_SECONDS = -1
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    answer = api.post(f"earns/{earned}/undo")
    assert (answer.body["outcome"], answer.body["reasons"][0]["code"]) == ("refused", "too_late")
    assert balance(card, points) == 5


def test_undo_takes_no_body(api: TillClient, card: Card, points: Program) -> None:
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    answer = api.post(f"earns/{earned}/undo", {"reason": "mistake"})
    assert (answer.problem, answer.faults) == ((422, "not-understood"), [("body", "", "no_body")])
    assert balance(card, points) == 5


def test_explain_tells_rule_by_rule_in_both_languages(api: TillClient, card: Card, points: Program) -> None:
    save_rule(
        program=points,
        name="ab 20 Euro",
        definition={
            "when": [{"kind": "amount", "minimum_cents": 2000}],
            "then": [{"kind": "fixed", "units": 5}],
        },
        at=NOW - timedelta(days=900),
        position=1,
    )
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    answer = api.get(f"earns/{earned}/explain")
    assert (answer.status, answer.body["id"], answer.body["outcome"]) == (200, earned, "posted")
    rules = answer.body["rules"]
    assert [(rule["name"], rule["granted"]) for rule in rules] == [("je Betrag", 5), ("ab 20 Euro", 0)]
    check = rules[1]["checks"][0]
    assert (check["held"], check["code"]) == (False, "amount_below")
    assert check["text"]["en"] == "Counts only from €20.00 on, this was €5.00: €15.00 too little."
    assert check["text"]["de"] not in {"", check["text"]["en"]}
    assert answer.body["reasons"] == []


def test_explain_of_a_refusal_tells_its_reason(api: TillClient, merchant: Merchant, card: Card) -> None:
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    reasons = api.get(f"earns/{earned}/explain").body["reasons"]
    assert [(reason["code"], reason["text"]["en"]) for reason in reasons] == [
        ("no_rule_granted", "No rule of a running program applied to this sale.")
    ]


@pytest.mark.parametrize("path", ["earns/{}/undo", "redemptions/{}/undo", "earns/{}/explain"])
def test_bookings_of_another_merchant_are_unknown(
    api: TillClient, other_api: TillClient, merchant: Merchant, card: Card, points: Program, path: str
) -> None:
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    method = "GET" if path.endswith("explain") else "POST"
    for stranger in (other_api, api):
        target = earned if stranger is other_api else str(uuid.uuid4())
        answer = stranger.send(method, path.format(target), headers={"Idempotency-Key": fresh_key()})
        assert answer.problem == (404, "unknown")
    assert (bookings(merchant), balance(card, points)) == (1, 5)


def test_earn_can_not_be_undone_as_a_redemption(api: TillClient, card: Card, points: Program) -> None:
    earned = api.post("earns", {"card": card.number, "amount_cents": 500}).body["id"]
    assert api.post(f"redemptions/{earned}/undo").problem == (404, "unknown")
    assert balance(card, points) == 5


def test_earn_costs_no_more_than_its_statements(
    api: TillClient, merchant: Merchant, card: Card, points: Program
) -> None:
    """With a limit; BEGIN and COMMIT (here: savepoints) aside. Only the first earn notes the card's first use."""
    Limit.objects.create(merchant=merchant, kind=LimitKind.BOOKINGS, subject=LimitSubject.CARD, maximum=9)
    touch_rules(merchant=merchant)
    api.post("earns", {"card": card.number, "amount_cents": 500})
    with CaptureQueriesContext(connection) as captured:
        assert api.post("earns", {"card": card.number, "amount_cents": 500}).body["outcome"] == "posted"
    statements = [row["sql"] for row in captured if "SAVEPOINT" not in row["sql"]]
    print(f"POST earns: {len(statements)} statements")  # noqa: T201  # the number that the budget is about
    assert len(statements) <= 12, statements
