"""Undo within two minutes by anybody on shift, a reversal later by reason and a manager's PIN."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Card, Merchant, Role, Staff, Till
from rewards.domain.outcome import Outcome
from rewards.models import Booking, Program
from tests import factories
from tests.factories import PIN
from tests.loyalty_site.counter.conftest import Answer, new_id
from tests.rewards.programs import a_reward, balance, book, spend, stamp_program


@pytest.fixture
def program(merchant: Merchant) -> Program:
    """A stamp card, five stamps a visit."""
    return stamp_program(merchant, stamps=5)


@pytest.fixture
def old(program: Program, card: Card, till: Till, cashier: Staff) -> Outcome:
    """A booking for which the time for undo is just over."""
    at = timezone.now() - timedelta(seconds=settings.UNDO_SECONDS + 1)
    assert program.pk
    return book(card, at=at, till=till, staff=cashier)


def _undo(desk: Client, booking: str, request_id: str = "") -> Answer:
    return desk.post(reverse("counter:undo", args=[booking]), {"request_id": request_id or new_id()}, follow=True)


def _reverse(desk: Client, booking: str, approver: Staff, **fields: str) -> Answer:
    values = {"manager": str(approver.public_id), "pin": PIN, "reason": "twice", "note": "", "request_id": new_id()}
    return desk.post(reverse("counter:reverse", args=[booking]), values | fields, follow=True)


def _reversals(merchant: Merchant) -> list[Booking]:
    return list(Booking.objects.for_merchant(merchant).filter(kind="undo", outcome="posted"))


def test_undo_in_time_takes_the_stamps_back(desk: Client, merchant: Merchant, program: Program, card: Card) -> None:
    outcome = book(card, at=timezone.now())
    page = _undo(desk, outcome.booking)
    assert (page.templates[0].name, balance(card, program)) == ("counter/booked.html", 0)
    (reversal,) = _reversals(merchant)
    assert str(reversal.reverses.public_id if reversal.reverses else "") == outcome.booking


def test_undo_sent_twice_takes_back_once(desk: Client, merchant: Merchant, program: Program, card: Card) -> None:
    book(card, at=timezone.now())
    outcome, request_id = book(card, at=timezone.now()), new_id()
    first, again = _undo(desk, outcome.booking, request_id), _undo(desk, outcome.booking, request_id)
    assert first.redirect_chain == again.redirect_chain
    third = _undo(desk, outcome.booking)
    assert (third.templates[0].name, balance(card, program)) == ("counter/stopp.html", 5)
    assert len(_reversals(merchant)) == 1


def test_undo_after_two_minutes_is_refused_and_offers_the_reversal(
    desk: Client, merchant: Merchant, program: Program, card: Card, old: Outcome
) -> None:
    page = _undo(desk, old.booking)
    assert (page.context["stop"].kind, balance(card, program)) == ("warn", 5)
    assert page.context["stop"].action_url == reverse("counter:reverse", args=[old.booking])
    assert _reversals(merchant) == []


def test_reversal_with_a_managers_pin_names_the_manager_and_the_reason(
    desk: Client, merchant: Merchant, program: Program, card: Card, old: Outcome, manager: Staff
) -> None:
    page = _reverse(desk, old.booking, manager, note="doppelt gescannt")
    assert (page.templates[0].name, balance(card, program)) == ("counter/booked.html", 0)
    (reversal,) = _reversals(merchant)
    assert reversal.staff == manager
    assert reversal.reason.endswith(": doppelt gescannt")


def test_reversal_with_a_wrong_pin_does_nothing_and_is_counted(
    desk: Client, merchant: Merchant, program: Program, card: Card, old: Outcome, manager: Staff
) -> None:
    for _ in range(3):
        assert _reverse(desk, old.booking, manager, pin="9753").status_code == 422
    page = _reverse(desk, old.booking, manager)
    assert (page.status_code, balance(card, program), _reversals(merchant)) == (422, 5, [])
    assert page.context["form"]["pin"].errors
    manager.refresh_from_db()
    assert manager.pin_failures >= 3


@pytest.mark.parametrize("missing", ["reason", "manager", "pin"])
def test_reversal_that_lacks_something_asks_for_it(
    desk: Client, program: Program, card: Card, old: Outcome, manager: Staff, missing: str
) -> None:
    page = _reverse(desk, old.booking, manager, **{missing: ""})
    assert (page.status_code, list(page.context["form"].errors), balance(card, program)) == (422, [missing], 5)


def test_cashier_cant_approve_with_their_own_pin(
    desk: Client, program: Program, card: Card, old: Outcome, cashier: Staff, manager: Staff
) -> None:
    page = _reverse(desk, old.booking, cashier)
    assert (page.status_code, balance(card, program)) == (422, 5)
    assert [person.name for person in page.context["managers"]] == [manager.name]


def test_manager_of_another_merchant_cant_approve(
    desk: Client, program: Program, card: Card, old: Outcome, other_merchant: Merchant
) -> None:
    stranger = factories.make_staff(other_merchant, Role.MANAGER)
    assert (_reverse(desk, old.booking, stranger).status_code, balance(card, program)) == (422, 5)


def test_what_was_spent_meanwhile_cant_be_taken_back_even_by_a_manager(
    desk: Client, merchant: Merchant, program: Program, card: Card, old: Outcome, manager: Staff
) -> None:
    spend(card, a_reward(program, price=5), at=timezone.now())
    page = _reverse(desk, old.booking, manager)
    assert (page.templates[0].name, balance(card, program), _reversals(merchant)) == ("counter/stopp.html", 0, [])


def test_reverse_page_tells_what_is_reversed(desk: Client, old: Outcome, manager: Staff) -> None:
    page = desk.get(reverse("counter:reverse", args=[old.booking]))
    assert (page.status_code, page.context["booking"].what) == (200, "+5 Stempel")
    assert manager.name in page.content.decode()


def test_a_reversal_itself_cant_be_reversed(desk: Client, merchant: Merchant, old: Outcome, manager: Staff) -> None:
    _reverse(desk, old.booking, manager)
    (reversal,) = _reversals(merchant)
    key = [reversal.public_id]
    assert desk.get(reverse("counter:reverse", args=key)).status_code == 404
    assert desk.post(reverse("counter:undo", args=key), {"request_id": new_id()}).status_code == 404
