"""Blocking by a cashier; lifting a block and replacing a card by a manager's PIN."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.audit import Actor
from members.domain.cards import block_card
from members.models import AuditEntry, Card, CardState, Member, Merchant, Staff
from rewards.models import Booking
from tests import factories
from tests.factories import PIN
from tests.loyalty_site.counter.conftest import Answer, Scan, new_id
from tests.rewards.programs import balance, book, stamp_program


@pytest.fixture
def blank(merchant: Merchant) -> Card:
    """A new card that nobody has."""
    return factories.make_card(merchant=merchant)


def _block(desk: Client, card: Card, **fields: str) -> Answer:
    values = {"reason": "lost", "code": "", "action": "block", "request_id": new_id()}
    return desk.post(reverse("counter:block", args=[card.public_id]), values | fields, follow=True)


def _replace(desk: Client, card: Card, new: Card, approver: Staff, **fields: str) -> Answer:
    values = {"reason": "lost", "new_card": str(new.public_id), "manager": str(approver.public_id), "pin": PIN}
    return desk.post(
        reverse("counter:replace", args=[card.public_id]), {"request_id": new_id()} | values | fields, follow=True
    )


def _unblock(desk: Client, card: Card, approver: Staff, **fields: str) -> Answer:
    values = {"reason": "found", "manager": str(approver.public_id), "pin": PIN}
    return desk.post(reverse("counter:unblock", args=[card.public_id]), values | fields, follow=True)


def test_cashier_blocks_a_card_with_a_reason(
    desk: Client, scan: Scan, merchant: Merchant, card: Card, cashier: Staff
) -> None:
    program = stamp_program(merchant)
    page = _block(desk, card)
    card.refresh_from_db()
    assert (card.state, page.context["member"].state) == (CardState.BLOCKED, "blocked")
    entry = AuditEntry.objects.for_merchant(merchant).get(action="card.blocked")
    assert (entry.staff, entry.reason) == (cashier, card.state_reason)
    assert scan(card.number).context["stop"].kind == "stop"
    assert (balance(card, program), page.context["stamp_url"], page.context["redeem_url"]) == (0, "", "")


def test_block_without_a_reason_does_nothing(desk: Client, card: Card) -> None:
    page = _block(desk, card, reason="")
    card.refresh_from_db()
    assert (page.status_code, list(page.context["form"].errors), card.state) == (422, ["reason"], CardState.UNVERIFIED)


def test_block_twice_says_that_it_was_blocked_before(desk: Client, merchant: Merchant, card: Card) -> None:
    _block(desk, card)
    page = _block(desk, card, reason="stolen")
    assert (page.status_code, len(page.context["messages"])) == (200, 1)
    assert AuditEntry.objects.for_merchant(merchant).filter(action="card.blocked").count() == 1


def test_unblock_takes_a_managers_pin(
    desk: Client, merchant: Merchant, card: Card, manager: Staff, cashier: Staff
) -> None:
    block_card(card=card, actor=Actor.job("test"), reason="verloren", at=timezone.now())
    for person, fields in ((cashier, {}), (manager, {"pin": "9753"}), (manager, {"reason": ""})):
        assert _unblock(desk, card, person, **fields).status_code == 422
        card.refresh_from_db()
        assert card.state == CardState.BLOCKED
    assert desk.get(reverse("counter:unblock", args=[card.public_id])).status_code == 200
    assert _unblock(desk, card, manager).status_code == 200
    card.refresh_from_db()
    assert card.state == CardState.UNVERIFIED
    assert AuditEntry.objects.for_merchant(merchant).get(action="card.unblocked").staff == manager


def test_replacing_asks_for_a_pin_and_moves_everything(
    desk: Client, merchant: Merchant, member: Member, card: Card, blank: Card, manager: Staff
) -> None:
    program = stamp_program(merchant, stamps=7)
    book(card, at=timezone.now())
    ask = _block(desk, card, action="replace", code=f"K.{blank.number}")
    assert (ask.templates[0].name, balance(card, program)) == ("counter/approve.html", 7)
    assert blank.number not in ask.content.decode()
    hidden = dict(ask.context["approval"].hidden)
    assert hidden["new_card"] == str(blank.public_id)
    page = _replace(desk, card, blank, manager, request_id=hidden["request_id"])
    blank.refresh_from_db()
    card.refresh_from_db()
    assert (card.state, card.replaced_by, blank.member) == (CardState.REPLACED, blank, member)
    assert (balance(card, program), balance(blank, program)) == (0, 7)
    assert page.redirect_chain[-1][0] == reverse("counter:card", args=[blank.public_id])
    again = _replace(desk, card, blank, manager, request_id=hidden["request_id"])
    assert (again.redirect_chain, balance(blank, program)) == (page.redirect_chain, 7)


@pytest.mark.parametrize("fields", [{"pin": "9753"}, {"pin": ""}, {"manager": ""}, {"reason": "x"}])
def test_replacing_without_a_managers_word_moves_nothing(
    desk: Client, merchant: Merchant, card: Card, blank: Card, manager: Staff, fields: dict[str, str]
) -> None:
    program = stamp_program(merchant)
    book(card, at=timezone.now())
    page = _replace(desk, card, blank, manager, **fields)
    card.refresh_from_db()
    assert (page.status_code, balance(card, program), card.state) == (422, 1, CardState.UNVERIFIED)


@pytest.mark.parametrize("code", ["", "🙂", "4DJJ", "x" * 400, "a\0"])
def test_new_card_that_cant_be_read_is_said_beside_the_field(
    desk: Client, card: Card, manager: Staff, code: str
) -> None:
    page = _block(desk, card, action="replace", code=code)
    assert (page.status_code, page.templates[0].name) == (422, "counter/block.html")
    assert page.context["form"].errors["code"]
    assert manager.pk


def test_new_card_in_use_same_or_foreign_is_refused_before_the_pin(
    desk: Client, merchant: Merchant, other_merchant: Merchant, card: Card
) -> None:
    in_use = factories.make_card(factories.make_member(merchant))
    foreign = factories.make_card(merchant=other_merchant)
    for new in (in_use, card, foreign):
        page = _block(desk, card, action="replace", code=new.number)
        assert (page.status_code, bool(page.context["form"].errors["code"])) == (422, True)


def test_new_card_taken_between_the_two_pages_moves_nothing(
    desk: Client, merchant: Merchant, card: Card, blank: Card, manager: Staff
) -> None:
    program = stamp_program(merchant)
    book(card, at=timezone.now())
    book(blank, at=timezone.now())
    page = _replace(desk, card, blank, manager)
    assert (page.status_code, page.templates[0].name) == (422, "counter/block.html")
    assert (balance(card, program), balance(blank, program)) == (1, 1)
    assert not Booking.objects.for_merchant(merchant).filter(kind="move").exists()
