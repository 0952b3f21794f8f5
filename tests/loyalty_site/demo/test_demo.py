"""A made demo: a believable shop that the ledger proves, with doors that open.

All tests look at one small demo, made once for this file inside a transaction that is rolled back.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F, Min, Q
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from loyalty_site.demo import seed
from loyalty_site.demo.access import ShopAccess
from members.domain.tills import pair_device, till_for_api_key
from members.models import (
    COUNTER_ROLES,
    OFFICE_ROLES,
    Card,
    CardState,
    Consent,
    Contact,
    Member,
    Staff,
    Store,
    Till,
    User,
)
from rewards.domain.proof import prove
from rewards.models import Account, AccountKind, Booking, BookingKind, BookingOutcome, Program, Redemption
from tests.loyalty_site.demo.making import FAST, LATER, SMALL, make, merchant_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ShopAccess, ...]]:
    """The small demo, gone after this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make(tmp_path_factory.mktemp("demo"))
        transaction.set_rollback(True)


def test_demo_has_the_shops_with_their_stores_tills_and_programs(demo: tuple[ShopAccess, ...]) -> None:
    assert [shop.name for shop in demo] == ["Bäckerei Morgenrot", "Kamm & Schere", "Café Anker"]
    bakery = merchant_of(demo[0])
    tills = Till.objects.for_merchant(bakery).values_list("store__name", "name").order_by("store__name", "name")
    assert list(tills) == [(store, f"Kasse {n}") for store in ("Bahnhof", "Markt", "Südstadt") for n in (1, 2)]
    assert {merchant_of(shop).stamp for shop in demo} == {"stamp-sun", "stamp-comb", "stamp-cup"}
    programs = Program.objects.for_merchant(bakery).order_by("position").values_list("name", "rewards__name")
    assert ("Frühstückskarte", "Frühstück für zwei") in list(programs)
    assert all(store.opening_hours for shop in demo for store in Store.objects.for_merchant(merchant_of(shop)))


def test_demo_has_the_members_asked_for(demo: tuple[ShopAccess, ...]) -> None:
    counts = [Member.objects.for_merchant(merchant_of(shop)).count() for shop in demo]
    assert sum(counts) == SMALL.members
    assert counts[0] > counts[2] > counts[1]


def test_demo_members_without_history_have_cards_and_consents_but_no_accounts(demo: tuple[ShopAccess, ...]) -> None:
    merchant = merchant_of(demo[0])
    silent = Member.objects.for_merchant(merchant).filter(cards__bookings__isnull=True)
    # Whoever lost their card has a new one, which was not used yet: hence the cards' bookings and not the members'.
    cards = Card.objects.for_merchant(merchant).filter(member__in=silent)
    assert cards.count() >= 3
    assert not Account.objects.for_merchant(merchant).filter(card__in=cards, earn_count__gt=0).exists()
    assert Consent.objects.for_merchant(merchant).filter(member__in=silent, purpose="terms").count() == silent.count()


def test_demo_ledgers_prove_and_a_changed_balance_is_found(demo: tuple[ShopAccess, ...]) -> None:
    merchant = merchant_of(demo[0])
    assert prove(merchant=merchant) == ()
    account = Account.objects.for_merchant(merchant).filter(balance__gt=0).order_by("pk").first()
    assert account is not None
    with transaction.atomic():
        Account.objects.for_merchant(merchant).filter(pk=account.pk).update(balance=F("balance") + 1)
        with pytest.raises(seed.LedgerBroken, match=rf"balance_differs in rewards_account row {account.pk}"):
            seed.require_proof(merchant=merchant)
        transaction.set_rollback(True)


def test_demo_tells_of_refusals_redemptions_undoings_and_lost_cards(demo: tuple[ShopAccess, ...]) -> None:
    merchant = merchant_of(demo[0])
    kinds = Counter(Booking.objects.for_merchant(merchant).values_list("kind", "outcome"))
    assert kinds[(BookingKind.EARN, BookingOutcome.POSTED)] > 50
    assert kinds[(BookingKind.REDEEM, BookingOutcome.POSTED)] >= 1
    assert kinds[(BookingKind.MOVE, BookingOutcome.POSTED)] == 1
    refusals = Booking.objects.for_merchant(merchant).filter(outcome=BookingOutcome.REFUSED)
    codes = {reason["code"] for result in refusals.values_list("result", flat=True) for reason in result["reasons"]}
    assert {"time_lock", "card_blocked"} <= codes
    everywhere = [Booking.objects.for_merchant(merchant_of(shop)).filter(kind=BookingKind.UNDO) for shop in demo]
    assert any(undone.filter(outcome=BookingOutcome.POSTED).exists() for undone in everywhere)
    states = Counter(Card.objects.for_merchant(merchant).values_list("state", flat=True))
    assert (states[CardState.BLOCKED], states[CardState.REPLACED]) == (1, 1)
    assert set(Redemption.objects.for_merchant(merchant).values_list("state", flat=True)) <= {"handed_over", "undone"}


def test_demo_stamps_happen_while_the_store_is_open(demo: tuple[ShopAccess, ...]) -> None:
    rows = Booking.objects.for_merchant(merchant_of(demo[0])).filter(kind=BookingKind.EARN).select_related("store")
    assert rows
    for booking in rows:
        local = booking.occurred_at.astimezone(seed.ZONE)
        assert booking.store is not None
        opens, closes = booking.store.opening_hours[str(local.weekday())]
        assert time.fromisoformat(opens) <= local.time() <= time.fromisoformat(closes)


def test_demo_cards_know_their_first_use_and_members_join_before_it(demo: tuple[ShopAccess, ...]) -> None:
    merchant = merchant_of(demo[0])
    used = Card.objects.for_merchant(merchant).filter(member__isnull=False, replaces__isnull=True)
    firsts = used.annotate(
        first=Min("bookings__occurred_at", filter=_posted_earn()), joined=Min("member__joined_at")
    ).filter(first__isnull=False)
    assert firsts.count() > 10
    assert all(card.first_used_at == card.first >= card.joined for card in firsts)


def _posted_earn() -> Q:
    return Q(bookings__kind=BookingKind.EARN, bookings__outcome=BookingOutcome.POSTED)


def test_demo_contacts_reach_nobody(demo: tuple[ShopAccess, ...]) -> None:
    fiction = ("+493023125", "+494066969", "+492214710", "+498999998", "+496990009", "+4917139200")
    for shop in demo:
        contacts = Contact.objects.for_merchant(merchant_of(shop))
        emails = list(contacts.filter(kind="email").values_list("value", flat=True))
        phones = list(contacts.filter(kind="phone").values_list("value", flat=True))
        assert emails and phones
        assert all(email.endswith(".example") for email in emails)
        assert all(phone.startswith(fiction) for phone in phones)
        assert len(set(phones)) == len(phones) and len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in User.objects.values_list("email", flat=True))


def test_demo_office_people_can_log_in_with_both_factors(demo: tuple[ShopAccess, ...]) -> None:
    for shop in demo:
        people = {person.name: person for person in shop.staff}
        roles = Counter(person.role for person in shop.staff)
        assert (roles["owner"], roles["manager"], roles["analyst"], roles["auditor"]) == (1, 1, 1, 1)
        assert 3 <= roles["cashier"] <= 5
        for staff in Staff.objects.for_merchant(merchant_of(shop)):
            access = people[staff.name]
            assert (access.email is not None) == (staff.role in OFFICE_ROLES)
            if staff.role not in OFFICE_ROLES:
                continue
            assert staff.user is not None and staff.user.email == access.email
            with override_settings(**FAST):
                assert staff.user.check_password(access.password)
            assert EmailAddress.objects.get(user=staff.user).verified
            totp = TOTP(Authenticator.objects.get(user=staff.user, type=Authenticator.Type.TOTP))
            counter = next(iter(yield_hotp_counters_from_time()))
            assert totp.validate_code(format_hotp_value(hotp_value(access.totp_secret, counter)))
            codes = Authenticator.objects.get(user=staff.user, type=Authenticator.Type.RECOVERY_CODES)
            assert len(RecoveryCodes(codes).get_unused_codes()) >= 8


def test_demo_counter_people_have_the_pin_that_the_file_names(demo: tuple[ShopAccess, ...]) -> None:
    people = {person.name: person for person in demo[0].staff}
    for staff in Staff.objects.for_merchant(merchant_of(demo[0])):
        pin = people[staff.name].pin
        assert (pin is not None) == (staff.role in COUNTER_ROLES)
        with override_settings(**FAST):
            assert pin is None or check_password(pin, staff.pin_hash)


def test_demo_tills_open_with_their_key_and_one_pairs_a_device(demo: tuple[ShopAccess, ...]) -> None:
    for shop in demo:
        for access in shop.tills:
            till = till_for_api_key(access.api_key)
            assert till is not None and (till.merchant.slug, till.store.name, till.name) == (
                shop.slug,
                access.store,
                access.name,
            )
        codes = [access.pairing_code for access in shop.tills if access.pairing_code]
        assert len(codes) == 1
        with transaction.atomic():
            assert pair_device(code=codes[0], at=LATER + timedelta(days=31)) is None
            paired = pair_device(code=codes[0], at=LATER + timedelta(days=29))
            assert paired is not None and paired.till.merchant.slug == shop.slug
            transaction.set_rollback(True)


def test_demo_customer_has_a_confirmed_card_in_every_shop(demo: tuple[ShopAccess, ...]) -> None:
    assert len({(shop.customer.email, shop.customer.password) for shop in demo}) == 1
    for shop in demo:
        card = Card.objects.for_merchant(merchant_of(shop)).get(number=shop.customer.card)
        assert card.member is not None and card.member.user is not None
        assert (card.state, card.member.user.email) == (CardState.VERIFIED, shop.customer.email)
        with override_settings(**FAST):
            assert card.member.user.check_password(shop.customer.password)


def test_demo_customer_of_the_bakery_has_something_to_redeem(demo: tuple[ShopAccess, ...]) -> None:
    merchant = merchant_of(demo[0])
    account = Account.objects.for_merchant(merchant).get(
        card__number=demo[0].customer.card, unit="stamp", kind=AccountKind.AVAILABLE
    )
    assert account.balance is not None and account.balance >= 10


def test_demo_cards_to_try_are_the_shop_s_and_one_is_blank(demo: tuple[ShopAccess, ...]) -> None:
    for shop in demo:
        assert 4 <= len(set(shop.cards)) == len(shop.cards) <= 10
        cards = {
            card.number: card for card in Card.objects.for_merchant(merchant_of(shop)).filter(number__in=shop.cards)
        }
        assert set(cards) == set(shop.cards)
        assert [number for number in shop.cards if cards[number].member_id is None] == [shop.cards[-1]]
        assert all(card.can_earn for card in cards.values())
