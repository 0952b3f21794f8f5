"""Several people at once, in real parallel transactions: exactly one gets what only one may have.

Each promise is beside a control: the obvious code without the conditional update or the lock, which breaks it in the
same set-up. Without the control a passing test would only say that the threads did not meet.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from members import outbox
from members.audit import Actor, history_of
from members.domain.cards import block_card, claim_card, unblock_card
from members.domain.people import add_contact, deactivate_staff
from members.domain.pins import PinOutcome, check_pin
from members.domain.shifts import start_shift
from members.domain.tills import make_api_key, pair_device, start_pairing, till_for_api_key, till_for_device
from members.models import Card, CardState, ContactKind, Job, Member, Merchant, Role, Shift, Staff, Till, TillPairing
from tests.factories import NOW, PIN, make_card, make_member, make_staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ACTOR = Actor.job("test")
PEOPLE = 6
T = TypeVar("T")


def _at_once(*acts: Callable[[Barrier], T]) -> list[T]:
    """Run each act in a thread with a connection of its own; all start together, and may meet at the barrier again."""
    barrier = Barrier(len(acts), timeout=30)

    def run(act: Callable[[Barrier], T]) -> T:
        try:
            connection.ensure_connection()
            barrier.wait()
            return act(barrier)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def _each(people: int, act: Callable[[int, Barrier], T]) -> list[T]:
    """Run one act for people 0, 1, 2 … at once."""
    return _at_once(*((lambda barrier, person=person: act(person, barrier)) for person in range(people)))


def test_claim_by_several_members_gives_the_card_to_one(merchant: Merchant) -> None:
    blank, members = make_card(merchant=merchant), [make_member(merchant) for _ in range(PEOPLE)]

    def claim(person: int, barrier: Barrier) -> bool:
        seen = Card.objects.for_merchant(merchant).get(pk=blank.pk)
        barrier.wait()
        return claim_card(card=seen, member=members[person], at=NOW, actor=ACTOR)

    claimed = _each(PEOPLE, claim)

    assert claimed.count(True) == 1
    blank.refresh_from_db()
    assert blank.member == members[claimed.index(True)]
    assert history_of(blank, merchant=merchant).count() == 1


def test_claim_control_read_then_save_gives_the_card_to_several(merchant: Merchant) -> None:
    blank, members = make_card(merchant=merchant), [make_member(merchant) for _ in range(PEOPLE)]

    def claim(person: int, barrier: Barrier) -> bool:
        seen = Card.objects.for_merchant(merchant).get(pk=blank.pk)
        barrier.wait()
        if seen.member_id is not None:
            return False
        seen.member = members[person]
        seen.save()
        return True

    assert _each(PEOPLE, claim).count(True) > 1


def test_block_by_several_keeps_the_state_before(merchant: Merchant) -> None:
    card = make_card(merchant=merchant, state=CardState.VERIFIED)

    def block(person: int, barrier: Barrier) -> bool:
        seen = Card.objects.for_merchant(merchant).get(pk=card.pk)
        barrier.wait()
        return block_card(card=seen, actor=ACTOR, reason=f"Grund {person}", at=NOW)

    assert _each(PEOPLE, block).count(True) == 1

    card.refresh_from_db()
    assert card.state_before_block == CardState.VERIFIED
    assert unblock_card(card=card, actor=ACTOR, reason="", at=NOW)
    assert card.state == CardState.VERIFIED


def test_wrong_pins_at_once_get_three_tries_and_no_more(cashier: Staff) -> None:
    def guess(person: int, barrier: Barrier) -> PinOutcome:
        return check_pin(staff=cashier, pin=f"917{person}", at=NOW).outcome

    outcomes = _each(PEOPLE, guess)

    assert (outcomes.count(PinOutcome.WRONG_PIN), outcomes.count(PinOutcome.LOCKED)) == (3, PEOPLE - 3)
    cashier.refresh_from_db()
    assert cashier.pin_failures == 3


def test_wrong_pins_control_counted_in_python_lets_all_guess(cashier: Staff) -> None:
    def guess(person: int, barrier: Barrier) -> PinOutcome:
        seen = Staff.objects.for_merchant(cashier.merchant_id).get(pk=cashier.pk)
        barrier.wait()
        if seen.pin_failures >= 3:
            return PinOutcome.LOCKED
        seen.pin_failures += 1
        seen.save()
        return PinOutcome.WRONG_PIN

    assert _each(PEOPLE, guess).count(PinOutcome.WRONG_PIN) > 3


def test_shifts_begun_at_once_leave_one_open(till: Till) -> None:
    crew = [make_staff(till.merchant) for _ in range(4)]

    def begin(person: int, barrier: Barrier) -> PinOutcome:
        return start_shift(till=till, staff=crew[person], pin=PIN, at=NOW).outcome

    assert _each(len(crew), begin) == [PinOutcome.OK] * len(crew)

    shifts = Shift.objects.for_merchant(till.merchant).filter(till=till)
    assert (shifts.count(), shifts.filter(ended_at=None).count()) == (len(crew), 1)


def test_shifts_control_without_the_tills_lock_collide(till: Till) -> None:
    crew = [make_staff(till.merchant) for _ in range(4)]

    def begin(person: int, barrier: Barrier) -> bool:
        try:
            with transaction.atomic():
                Shift.objects.for_merchant(till.merchant).filter(till=till, ended_at=None).update(ended_at=NOW)
                barrier.wait()
                Shift.objects.create(merchant=till.merchant, till=till, staff=crew[person], started_at=NOW)
        except IntegrityError:
            return False
        return True

    assert False in _each(len(crew), begin)


def test_pairing_code_shown_by_several_devices_pairs_one(till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)

    def pair(person: int, barrier: Barrier) -> str | None:
        paired = pair_device(code=code, at=NOW)
        return paired.device_token if paired else None

    tokens = [token for token in _each(PEOPLE, pair) if token]

    assert len(tokens) == 1
    assert till_for_device(tokens[0]) == till
    assert history_of(till, merchant=till.merchant).filter(action="till.paired").count() == 1


def test_pairing_control_read_then_save_pairs_several(till: Till) -> None:
    start_pairing(till=till, actor=ACTOR, at=NOW)

    def pair(person: int, barrier: Barrier) -> bool:
        pairing = TillPairing.objects.for_merchant(till.merchant).get()
        barrier.wait()
        if pairing.used_at is not None:
            return False
        pairing.used_at = NOW
        pairing.save()
        return True

    assert _each(PEOPLE, pair).count(True) > 1


def test_pairings_started_at_once_leave_one_good_code(till: Till) -> None:
    def start(person: int, barrier: Barrier) -> str:
        return start_pairing(till=till, actor=ACTOR, at=NOW)

    codes = _each(PEOPLE, start)

    assert TillPairing.objects.for_merchant(till.merchant).filter(expires_at__gt=NOW).count() == 1
    assert [pair_device(code=code, at=NOW) is not None for code in codes].count(True) == 1


def test_api_keys_made_at_once_leave_one_that_opens(till: Till) -> None:
    def make(person: int, barrier: Barrier) -> str:
        return make_api_key(till=till, actor=ACTOR, at=NOW)

    assert [till_for_api_key(key) is not None for key in _each(PEOPLE, make)].count(True) == 1


def test_first_contacts_at_once_leave_one_preferred(member: Member) -> None:
    def add(person: int, barrier: Barrier) -> bool:
        value = f"anna{person}@example.org"
        contact = add_contact(merchant=member.merchant, member=member, kind=ContactKind.EMAIL, value=value)
        return contact.is_primary

    assert _each(PEOPLE, add).count(True) == 1
    assert member.contacts.count() == PEOPLE


def test_two_last_owners_can_not_remove_each_other(merchant: Merchant) -> None:
    owners = [make_staff(merchant, Role.OWNER) for _ in range(2)]

    def remove(person: int, barrier: Barrier) -> bool:
        try:
            return deactivate_staff(staff=owners[person], actor=Actor.of_staff(owners[1 - person]), at=NOW)
        except ValidationError:
            return False

    assert sorted(_each(2, remove)) == [False, True]
    assert Staff.objects.for_merchant(merchant).filter(role=Role.OWNER, is_active=True).count() == 1


def test_job_planned_at_once_is_written_once_and_breaks_nobodys_transaction(merchant: Merchant) -> None:
    def plan(person: int, barrier: Barrier) -> bool:
        with transaction.atomic():
            job = outbox.enqueue(merchant=merchant, name="nightly", arguments={}, run_at=NOW, unique_key="2026-11-24")
            make_member(merchant)
        return job is not None

    assert _each(PEOPLE, plan).count(True) == 1
    assert Job.objects.for_merchant(merchant).count() == 1
    assert Member.objects.for_merchant(merchant).count() == PEOPLE
