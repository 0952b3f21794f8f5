"""Shifts at the counter: begun by a PIN, bound to one till, over when locked, idle or ended."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from loyalty_site.counter.session import SEEN, SHIFT
from members.audit import Actor
from members.domain.people import deactivate_staff
from members.models import Card, Member, Merchant, Role, Shift, Staff, Till
from rewards.models import Booking, Redemption
from tests import factories
from tests.factories import PIN
from tests.loyalty_site.counter.conftest import Scan, device_of, sign_in
from tests.rewards.programs import a_reward, balance, book, spend, stamp_program


def _open(till: Till) -> list[Shift]:
    return list(Shift.objects.for_merchant(till.merchant_id).filter(till=till, ended_at__isnull=True))


def test_right_pin_begins_a_shift_under_a_new_session_key(device: Client, till: Till, cashier: Staff) -> None:
    device.get(reverse("counter:shift_start"))
    session = device.session
    session["something"] = 1
    session.save()
    before = session.session_key
    answer = sign_in(device, cashier)
    assert (answer.status_code, answer["Location"]) == (302, reverse("counter:home"))
    assert device.session.session_key not in {None, before}
    (shift,) = _open(till)
    assert (shift.staff, str(shift.public_id)) == (cashier, device.session[SHIFT])
    assert device.get(reverse("counter:home")).context["staff"] == cashier


def test_start_page_lists_the_merchants_team_with_a_pin(device: Client, cashier: Staff, manager: Staff) -> None:
    factories.make_staff(cashier.merchant, Role.ANALYST, name="Axel Analyse")
    factories.make_staff(cashier.merchant, pin="", name="Ohne Pin")
    factories.make_staff(name="Fremd")
    crew = device.get(reverse("counter:shift_start")).context["crew"]
    assert [person.name for person in crew] == [cashier.name, manager.name]


def test_wrong_pin_begins_nothing_and_tells_how_many_tries_are_left(device: Client, till: Till, cashier: Staff) -> None:
    answer = sign_in(device, cashier, pin="9753")
    assert (answer.status_code, _open(till)) == (422, [])
    assert "2" in answer.context["form"]["pin"].errors[0]
    assert "9753" not in answer.content.decode()


def test_fourth_try_after_three_wrong_pins_is_locked_even_if_right(device: Client, till: Till, cashier: Staff) -> None:
    for _ in range(3):
        sign_in(device, cashier, pin="9753")
    answer = sign_in(device, cashier)
    assert (answer.status_code, _open(till)) == (422, [])
    cashier.refresh_from_db()
    assert cashier.pin_locked_until is not None
    assert cashier.pin_locked_until > timezone.now()


@pytest.mark.parametrize("pin", ["", "1", "🙂🙂🙂🙂", "2846\0", "٢٨٤٦", "2" * 10_000])
def test_garbage_for_a_pin_begins_nothing(device: Client, till: Till, cashier: Staff, pin: str) -> None:
    assert sign_in(device, cashier, pin=pin).status_code == 422
    assert _open(till) == []


@pytest.mark.parametrize("staff", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_nobody_chosen_begins_nothing(device: Client, till: Till, staff: str) -> None:
    answer = device.post(reverse("counter:shift_start"), {"staff": staff, "pin": PIN})
    assert (answer.status_code, bool(answer.context["form"].errors["staff"]), _open(till)) == (422, True, [])


def test_staff_of_another_merchant_cant_begin_here(device: Client, till: Till) -> None:
    stranger = factories.make_staff()
    assert sign_in(device, stranger).status_code == 422
    assert _open(till) == []


def test_lock_ends_the_shift_and_the_next_person_needs_their_pin(
    desk: Client, till: Till, cashier: Staff, manager: Staff
) -> None:
    answer = desk.post(reverse("counter:lock"))
    assert (answer["Location"], _open(till)) == (reverse("counter:shift_start"), [])
    assert desk.get(reverse("counter:home"))["Location"] == reverse("counter:shift_start")
    assert desk.get(reverse("counter:shift_start")).context["selected"] == str(cashier.public_id)
    sign_in(desk, manager)
    assert [shift.staff for shift in _open(till)] == [manager]


def test_post_after_the_shift_is_over_books_nothing_and_asks_for_the_pin(
    scan: Scan, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    Shift.objects.for_merchant(merchant).update(ended_at=timezone.now())
    answer = scan(card.number)
    assert answer.templates[0].name == "counter/shift_start.html"
    assert [str(message) for message in answer.context["messages"]]
    assert balance(card, program) == 0
    scan(card.number)
    assert Booking.objects.for_merchant(merchant).count() == 0


def test_script_without_a_shift_is_sent_to_the_pin_page_whole(device: Client) -> None:
    answer = device.post(reverse("counter:scan"), {"code": "x"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("counter:shift_start")


def test_shift_of_another_till_opens_nothing_here(desk: Client, till: Till, cashier: Staff) -> None:
    other_till = factories.make_till(till.store)
    other = device_of(other_till)
    session = other.session
    session[SHIFT] = desk.session[SHIFT]
    session[SEEN] = int(timezone.now().timestamp())
    session.save()
    assert desk.get(reverse("counter:home")).status_code == 200
    assert other.get(reverse("counter:home"))["Location"] == reverse("counter:shift_start")


def test_shift_of_somebody_who_left_is_over(desk: Client, cashier: Staff) -> None:
    deactivate_staff(staff=cashier, actor=Actor.job("test"), at=timezone.now())
    assert desk.get(reverse("counter:home"))["Location"] == reverse("counter:shift_start")


def test_till_left_alone_is_locked_by_the_server(desk: Client, till: Till) -> None:
    session = desk.session
    session[SEEN] = int((timezone.now() - timedelta(seconds=700)).timestamp())
    session.save()
    assert desk.get(reverse("counter:home"))["Location"] == reverse("counter:shift_start")
    assert _open(till) == []


def test_shift_end_shows_sums_and_what_is_still_owed(
    desk: Client, merchant: Merchant, till: Till, cashier: Staff, card: Card
) -> None:
    program = stamp_program(merchant, stamps=10)
    reward = a_reward(program, price=3)
    at = timezone.now()
    for _ in range(2):
        book(card, at=at, till=till, staff=cashier)
    book(card, at=at)
    kept, given = (spend(card, reward, at=at, till=till, staff=cashier) for _ in range(2))
    desk.post(reverse("counter:hand_over", args=[given.details["redemption"]]))
    page = desk.get(reverse("counter:shift_end"))
    sums = {fact.label: fact.value for fact in page.context["sums"]}
    assert list(sums.values()) == ["2", "20", "2", "0"]
    (still_open,) = page.context["open_redemptions"]
    assert still_open.reward == reward.name
    assert str(kept.details["redemption"]) in still_open.hand_over_url
    desk.post(still_open.hand_over_url)
    assert set(Redemption.objects.for_merchant(merchant).values_list("state", flat=True)) == {"handed_over"}
    assert desk.get(reverse("counter:shift_end")).context["open_redemptions"] == []


def test_ending_the_shift_ends_it(desk: Client, till: Till) -> None:
    assert desk.post(reverse("counter:shift_end"))["Location"] == reverse("counter:shift_start")
    assert _open(till) == []


def test_shift_end_reads_the_same_number_of_statements_for_one_and_three_rows(
    desk: Client,
    merchant: Merchant,
    till: Till,
    cashier: Staff,
    member: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    program = stamp_program(merchant, stamps=10)
    reward = a_reward(program, price=3)
    at = timezone.now()
    for rows in (1, 3):
        for _ in range(rows):
            card = factories.make_card(member)
            book(card, at=at, till=till, staff=cashier)
            spend(card, reward, at=at, till=till, staff=cashier)
        desk.get(reverse("counter:shift_end"))
        with django_assert_num_queries(6):
            desk.get(reverse("counter:shift_end"))
