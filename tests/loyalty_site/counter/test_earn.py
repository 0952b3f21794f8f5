"""Booking on a card that is open, by touch and by amount; and the explanation of what came of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from fraud.decision import Decision, Verdict
from fraud.domain.assess import assess
from fraud.facts import EventFacts
from members.models import Card, Merchant, Staff, Till
from rewards.models import AccountKind, Booking
from tests import factories
from tests.loyalty_site.counter.conftest import Answer, Scan, new_id
from tests.rewards.programs import a_reward, balance, book, points_program, stamp_program


def _amount(desk: Client, card: Card, text: str, **more: str) -> Answer:
    address = reverse("counter:amount", args=[card.public_id])
    return desk.post(address, {"amount": text, "request_id": new_id()} | more, follow=True)


@pytest.mark.parametrize(("typed", "points"), [("12,40", 12), ("12.40", 12), ("1.234,50 €", 1234), ("7", 7)])
def test_amount_books_points_for_it(desk: Client, merchant: Merchant, card: Card, typed: str, points: int) -> None:
    program = points_program(merchant)
    page = _amount(desk, card, typed)
    assert balance(card, program) == points
    assert page.templates[0].name == "counter/booked.html"


@pytest.mark.parametrize("typed", ["", "zwölf", "1.234", "-5", "0", "100000,01", "9" * 5000, "12\0", "🙂"])
def test_amount_that_is_none_books_nothing_and_keeps_what_was_typed(
    desk: Client, merchant: Merchant, card: Card, typed: str
) -> None:
    program = points_program(merchant)
    page = _amount(desk, card, typed)
    assert (page.status_code, page.templates[0].name, balance(card, program)) == (422, "counter/member.html", 0)
    assert page.context["amount"].error
    assert page.context["amount"].value == typed[:20]


def test_amount_sent_twice_books_once(desk: Client, merchant: Merchant, card: Card) -> None:
    program, request_id = points_program(merchant), new_id()
    first = _amount(desk, card, "12,40", request_id=request_id)
    again = _amount(desk, card, "12.40", request_id=request_id)
    other = _amount(desk, card, "99", request_id=request_id)
    assert first.redirect_chain == again.redirect_chain
    assert (balance(card, program), other.status_code) == (12, 409)


def test_stamp_on_an_open_card_is_marked_as_the_card_was_entered(desk: Client, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    address = reverse("counter:stamp", args=[card.public_id])
    desk.post(address, {"request_id": new_id(), "entry": "scan"})
    desk.post(address, {"request_id": new_id()})
    entries = list(Booking.objects.for_merchant(merchant).order_by("pk").values_list("entry", flat=True))
    assert (balance(card, program), entries) == (2, ["scan", "manual"])


def test_card_page_shows_programs_history_and_what_can_be_done(
    desk: Client, merchant: Merchant, till: Till, card: Card
) -> None:
    stamps, points = stamp_program(merchant), points_program(merchant)
    a_reward(stamps, price=10)
    for _ in range(8):
        book(card, cents=1240, at=timezone.now(), till=till)
    page = desk.get(reverse("counter:card", args=[card.public_id]))
    first, second = page.context["programs"]
    assert (first.name, first.balance, first.goal, first.is_stamp) == (stamps.name, 8, 10, True)
    assert (second.name, second.balance, second.goal, second.is_stamp) == (points.name, 99, None, False)
    assert len(page.context["history"]) == 5
    assert page.context["history"][0].who == "+1 Stempel, +13 Punkte"
    assert page.context["stamp_label"] == "+1 Stempel"
    assert "Punkte" in page.context["amount"].label
    assert card.number not in page.request["PATH_INFO"]


def test_card_page_beyond_the_goal_draws_a_full_card_and_says_the_rest(
    desk: Client, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant, stamps=12)
    a_reward(program, price=10)
    book(card, at=timezone.now())
    (shown,) = desk.get(reverse("counter:card", args=[card.public_id])).context["programs"]
    assert (shown.balance, shown.goal, shown.beyond) == (10, 10, 2)


def test_card_page_names_units_that_end_soon(desk: Client, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=3, expiry_months=1, expiry_rounding="month")
    book(card, at=timezone.now() - timedelta(days=1))
    (shown,) = desk.get(reverse("counter:card", args=[card.public_id])).context["programs"]
    assert (shown.id, "3" in shown.expiring) == (str(program.public_id), True)


@pytest.mark.parametrize("language", ["de", "en"])
def test_why_explains_rule_by_rule_in_the_readers_language(
    scan: Scan, desk: Client, merchant: Merchant, card: Card, language: str
) -> None:
    points_program(merchant)
    stamp_program(merchant)
    desk.cookies["django_language"] = language
    page = scan(card.number)
    booking = Booking.objects.for_merchant(merchant).get()
    why = desk.get(reverse("counter:why", args=[booking.public_id])).context["why"]
    by_name = {rule.name: rule for rule in why.rules}
    assert (by_name["je Besuch"].granted, by_name["je Besuch"].result) == (True, "+1 Stempel")
    (condition,) = by_name["je Betrag"].conditions
    with translation.override(language):
        expected = translation.gettext("No sum was entered, and this rule needs one.")
    assert (by_name["je Betrag"].granted, condition.held, condition.text) == (False, False, expected)
    assert page.context["outcome"].headline == "+1 Stempel"


def test_why_of_a_refusal_says_the_reason_and_a_sentence_to_say(
    scan: Scan, desk: Client, merchant: Merchant, card: Card, cashier: Staff
) -> None:
    stamp_program(merchant)
    Staff.objects.for_merchant(merchant).filter(pk=cashier.pk).update(own_card=card)
    scan(card.number)
    booking = Booking.objects.for_merchant(merchant).get()
    page = desk.get(reverse("counter:why", args=[booking.public_id]))
    (rule,) = page.context["why"].rules
    assert (rule.granted, "+1 Stempel" in rule.result) == (False, True)
    assert page.context["why"].decision
    assert page.context["why"].say
    assert {fact.value for fact in page.context["facts"]} >= {cashier.name}


def test_booking_page_of_another_till_of_the_merchant_is_shown(desk: Client, merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    other_till = factories.make_till(factories.make_store(merchant))
    outcome = book(card, at=timezone.now(), till=other_till)
    assert desk.get(reverse("counter:booking", args=[outcome.booking])).status_code == 200


def test_held_booking_says_that_it_is_being_checked_and_draws_no_new_stamp(
    scan: Scan, merchant: Merchant, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(*, merchant: Merchant, facts: EventFacts) -> Decision:
        return Decision(Verdict.HOLD, (), assess(merchant=merchant, facts=facts).assessment_id)

    monkeypatch.setattr("rewards.domain.earn.assess", hold)
    program = stamp_program(merchant)
    page = scan(card.number)
    assert (page.context["outcome"].before, page.context["programs"][0].balance) == (None, 0)
    assert page.context["outcome"].held in page.content.decode()
    assert balance(card, program, AccountKind.PENDING) == 1
