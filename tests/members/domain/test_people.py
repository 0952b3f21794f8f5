"""Enrolling members, adding contacts, adding and deactivating staff."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from members.audit import Actor, history_of
from members.domain.people import GivenConsent, add_contact, add_staff, deactivate_staff, enroll_member
from members.models import Consent, ConsentPurpose, Contact, ContactKind, Member, Merchant, Role, Shift, Staff, Store
from tests.factories import NOW, make_contact, make_member, make_shift, make_staff, make_store, make_till, make_user

TERMS = GivenConsent(ConsentPurpose.TERMS, wording_version="2026-11", source="portal")


def _enroll(merchant: Merchant, **fields: Any) -> Member:  # Any: fields of enroll_member
    defaults: dict[str, Any] = {"at": NOW, "language": "de"}  # Any: see above
    return enroll_member(merchant=merchant, **defaults | fields)


# --- Members -------------------------------------------------------------------------------------------


def test_enroll_member_keeps_everything_in_one_spelling(merchant: Merchant, store: Store) -> None:
    user = make_user()
    member = _enroll(
        merchant,
        first_name=" Anna ",
        last_name="Beispiel\n",
        language="en",
        store=store,
        email="Anna@Example.org",
        phone="0170 1234567",
        birth_date=date(1990, 5, 17),
        user=user,
        consents=[TERMS],
    )

    member.refresh_from_db()
    assert (member.full_name, member.language, member.joined_at) == ("Anna Beispiel", "en", NOW)
    assert (member.joined_store, member.birth_date, member.user) == (store, date(1990, 5, 17), user)
    contacts = Contact.objects.for_merchant(merchant).filter(member=member).order_by("kind")
    assert list(contacts.values_list("kind", "value", "is_primary", "confirmed_at")) == [
        ("email", "anna@example.org", True, None),
        ("phone", "+491701234567", True, None),
    ]
    consent = Consent.objects.for_merchant(merchant).get(member=member)
    assert (consent.purpose, consent.wording_version, consent.source) == (ConsentPurpose.TERMS, "2026-11", "portal")
    assert (consent.given_at, consent.confirmed_at, consent.withdrawn_at) == (NOW, None, None)


def test_enroll_member_needs_no_name_and_no_contact(merchant: Merchant) -> None:
    member = _enroll(merchant, email="", phone=None)

    assert member.full_name == ""
    assert not member.contacts.exists()
    assert not member.consents.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "x" * 81),
        ("last_name", "www.example.org"),
        ("email", "anna"),
        ("phone", "12"),
        ("language", "fr"),
        ("birth_date", date(2026, 11, 25)),
        ("birth_date", date(1905, 1, 1)),
    ],
)
def test_enroll_member_refuses_what_can_not_be(field: str, value: object, merchant: Merchant) -> None:
    with pytest.raises(ValidationError) as refusal:
        _enroll(merchant, **{field: value})

    assert list(refusal.value.message_dict) == [field]
    assert not Member.objects.for_merchant(merchant).exists()


def test_enroll_member_born_today_by_the_merchants_clock(merchant: Merchant) -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # Already the 25th in Berlin.

    assert _enroll(merchant, at=late, birth_date=date(2026, 11, 25)).birth_date == date(2026, 11, 25)
    with pytest.raises(ValidationError):
        _enroll(merchant, at=late, birth_date=date(2026, 11, 26))


def test_enroll_member_twice_with_one_login_is_refused(merchant: Merchant, other_merchant: Merchant) -> None:
    user = make_user()
    _enroll(merchant, user=user)

    with pytest.raises(ValidationError) as refusal:
        _enroll(merchant, user=user)
    assert list(refusal.value.message_dict) == ["user"]
    assert _enroll(other_merchant, user=user).user == user


def test_enroll_member_of_a_household_may_share_a_contact(merchant: Merchant) -> None:
    for _ in range(2):
        _enroll(merchant, email="familie@example.org")

    assert Contact.objects.for_merchant(merchant).filter(value="familie@example.org").count() == 2


def test_enroll_member_at_another_merchants_store_is_refused(merchant: Merchant, other_merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="store of the merchant"):
        _enroll(merchant, store=make_store(other_merchant))


def test_enroll_member_is_written_as_a_whole_or_not_at_all(merchant: Merchant) -> None:
    with pytest.raises(IntegrityError):
        _enroll(merchant, email="anna@example.org", consents=[TERMS, TERMS])

    assert not Member.objects.for_merchant(merchant).exists()
    assert not Contact.objects.for_merchant(merchant).exists()


def test_add_contact_first_of_a_kind_is_preferred(member: Member) -> None:
    merchant = member.merchant
    add_contact(merchant=merchant, member=member, kind=ContactKind.EMAIL, value="A@example.org")
    add_contact(merchant=merchant, member=member, kind=ContactKind.EMAIL, value="b@example.org")
    add_contact(merchant=merchant, member=member, kind=ContactKind.PHONE, value="0170 1234567")

    kept = member.contacts.order_by("pk").values_list("kind", "value", "is_primary")
    assert list(kept) == [
        ("email", "a@example.org", True),
        ("email", "b@example.org", False),
        ("phone", "+491701234567", True),
    ]


def test_add_contact_that_is_there_returns_it(member: Member) -> None:
    known = make_contact(member, value="anna@example.org", confirmed_at=NOW)

    again = add_contact(merchant=member.merchant, member=member, kind=ContactKind.EMAIL, value="ANNA@example.org")

    assert (again, again.confirmed_at) == (known, NOW)
    assert member.contacts.count() == 1


def test_add_contact_to_another_merchants_member_is_refused(merchant: Merchant, other_merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="member of the merchant"):
        add_contact(
            merchant=merchant, member=make_member(other_merchant), kind=ContactKind.EMAIL, value="a@example.org"
        )


# --- Staff ---------------------------------------------------------------------------------------------


def test_add_staff_adds_an_active_person_without_pin(merchant: Merchant, owner: Staff) -> None:
    user = make_user()
    staff = add_staff(
        merchant=merchant, name=" Mia  Muster ", role=Role.MANAGER, actor=Actor.of_staff(owner), at=NOW, user=user
    )

    staff.refresh_from_db()
    assert (staff.name, staff.role, staff.user, staff.is_active, staff.pin_hash) == (
        "Mia Muster", Role.MANAGER, user, True, "",
    )  # fmt: skip
    entry = history_of(staff, merchant=merchant).get()
    assert (entry.action, entry.staff) == ("staff.added", owner)
    assert entry.new == {"name": "Mia Muster", "role": "manager", "user": str(user.pk)}


@pytest.mark.parametrize("name", ["", " \u200b", "x" * 81])
def test_add_staff_without_a_possible_name_is_refused(name: str, merchant: Merchant) -> None:
    with pytest.raises(ValidationError) as refusal:
        add_staff(merchant=merchant, name=name, role=Role.CASHIER, actor=Actor.job("test"), at=NOW)

    assert list(refusal.value.message_dict) == ["name"]
    assert not Staff.objects.for_merchant(merchant).exists()


def test_add_staff_twice_with_one_login_is_refused(merchant: Merchant, owner: Staff) -> None:
    with pytest.raises(ValidationError) as refusal:
        add_staff(merchant=merchant, name="Mia", role=Role.MANAGER, actor=Actor.job("t"), at=NOW, user=owner.user)

    assert list(refusal.value.message_dict) == ["user"]


def test_deactivate_staff_ends_their_shifts_and_nobody_elses(cashier: Staff, manager: Staff, owner: Staff) -> None:
    store = make_store(cashier.merchant)
    theirs = [make_shift(make_till(store), cashier) for _ in range(2)]
    colleague = make_shift(make_till(store), manager)
    later = NOW + timedelta(hours=1)

    assert deactivate_staff(staff=cashier, actor=Actor.of_staff(owner), at=later, reason="ausgeschieden")

    assert not Staff.objects.for_merchant(cashier.merchant).get(pk=cashier.pk).is_active
    assert not cashier.is_active
    ended = Shift.objects.for_merchant(cashier.merchant).filter(ended_at=later)
    assert set(ended) == set(theirs)
    colleague.refresh_from_db()
    assert colleague.ended_at is None
    entry = history_of(cashier, merchant=cashier.merchant).get()
    assert (entry.action, entry.staff, entry.reason) == ("staff.deactivated", owner, "ausgeschieden")


def test_deactivate_staff_twice_is_recorded_once(cashier: Staff) -> None:
    stale = Staff.objects.for_merchant(cashier.merchant).get(pk=cashier.pk)
    assert deactivate_staff(staff=cashier, actor=Actor.job("test"), at=NOW)

    assert not deactivate_staff(staff=stale, actor=Actor.job("test"), at=NOW)

    assert history_of(cashier, merchant=cashier.merchant).count() == 1


def test_deactivate_staff_keeps_the_last_owner(owner: Staff, other_merchant: Merchant) -> None:
    make_staff(owner.merchant, Role.OWNER, is_active=False)
    make_staff(other_merchant, Role.OWNER)

    with pytest.raises(ValidationError):
        deactivate_staff(staff=owner, actor=Actor.job("test"), at=NOW)
    owner.refresh_from_db()
    assert owner.is_active

    make_staff(owner.merchant, Role.OWNER)
    assert deactivate_staff(staff=owner, actor=Actor.job("test"), at=NOW)


def test_refusal_is_translated_when_it_is_shown(merchant: Merchant) -> None:
    with pytest.raises(ValidationError) as refusal:
        _enroll(merchant, phone="12")

    with translation.override("en"):  # Chosen after the refusal.
        assert refusal.value.message_dict == {"phone": ["This is not a complete phone number. Example: 0170 1234567."]}
