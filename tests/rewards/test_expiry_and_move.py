"""Expiry, held units and replaced cards: every unit stays accounted for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.decision import Decision, Verdict
from fraud.domain.assess import assess
from fraud.facts import EventFacts
from members.models import Card, Merchant, Staff
from rewards.domain.expiry import expire_lots
from rewards.domain.lot_expiry import lot_expires_at
from rewards.domain.move import CardNotReplaceable, replace_card
from rewards.domain.pending import settle_held
from rewards.domain.proof import prove
from rewards.models import AccountKind, Lot
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import balance, book, points_program, stamp_program

BERLIN = ZoneInfo("Europe/Berlin")


def test_lots_past_their_date_leave_the_balance_once(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=3, expiry_months=12)
    book(card)
    assert expire_lots(merchant=merchant, at=datetime(2027, 12, 31, 22, 59, tzinfo=UTC)) == 0
    after = datetime(2027, 12, 31, 23, 0, tzinfo=UTC)
    assert expire_lots(merchant=merchant, at=after) == 1
    assert expire_lots(merchant=merchant, at=after) == 0
    assert balance(card, program) == 0
    assert prove(merchant=merchant) == ()


def test_expiry_leaves_other_merchants_alone(merchant: Merchant, other_merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, expiry_months=1)
    book(card)
    assert expire_lots(merchant=other_merchant, at=NOW + timedelta(days=900)) == 0
    assert balance(card, program) == 1


@given(
    earned_at=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1)),  # noqa: DTZ001
    months=st.integers(1, 60),
    rounding=st.sampled_from(["month", "year"]),
)
def test_expiry_is_never_earlier_than_promised_and_at_local_midnight(
    earned_at: datetime, months: int, rounding: str
) -> None:
    earned = earned_at.replace(tzinfo=UTC)
    expires = lot_expires_at(earned_at=earned, months=months, rounding=rounding, zone=BERLIN)
    assert expires is not None
    local, start = expires.astimezone(BERLIN), earned.astimezone(BERLIN)
    assert (local.hour, local.minute, local.day) == (0, 0, 1)
    assert (local.year * 12 + local.month) - (start.year * 12 + start.month) > months
    limit = 12 if rounding == "year" else 1
    assert (local.year * 12 + local.month) - (start.year * 12 + start.month) <= months + limit


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fraud hold every earn: no rule of this release does, the ledger's path for it exists."""

    def hold(*, merchant: Merchant, facts: EventFacts) -> Decision:
        allowed = assess(merchant=merchant, facts=facts)
        return Decision(Verdict.HOLD, (), allowed.assessment_id)

    monkeypatch.setattr("rewards.domain.earn.assess", hold)


@pytest.mark.usefixtures("holding")
@pytest.mark.parametrize(("release", "available"), [(True, 1), (False, 0)])
def test_held_units_wait_until_they_are_released_or_rejected_once(
    merchant: Merchant, card: Card, manager: Staff, release: bool, available: int
) -> None:
    program = stamp_program(merchant, expiry_months=12)
    held = book(card)
    assert (held.status, balance(card, program), balance(card, program, AccountKind.PENDING)) == ("held", 0, 1)
    settled = settle_held(
        merchant=merchant, booking=held.booking, release=release, staff=manager, request_id="s1", at=NOW
    )
    assert settled.status == "posted"
    assert (balance(card, program), balance(card, program, AccountKind.PENDING)) == (available, 0)
    again = settle_held(merchant=merchant, booking=held.booking, release=True, staff=manager, request_id="s2", at=NOW)
    assert (again.status, balance(card, program)) == ("refused", available)
    assert prove(merchant=merchant) == ()


@pytest.mark.usefixtures("holding")
def test_held_units_of_a_replaced_card_are_released_to_the_new_one(
    merchant: Merchant, card: Card, manager: Staff
) -> None:
    program = stamp_program(merchant)
    held = book(card)
    new = factories.make_card(merchant=merchant)
    replace_card(
        merchant=merchant, old=card, new=new, till=None, staff=manager, request_id="m", at=NOW, reason="verloren"
    )
    settle_held(merchant=merchant, booking=held.booking, release=True, staff=manager, request_id="s", at=NOW)
    assert (balance(new, program), balance(new, program, AccountKind.PENDING)) == (1, 0)
    assert prove(merchant=merchant) == ()


def test_replaced_card_hands_on_units_lots_remainders_and_member(
    merchant: Merchant, card: Card, manager: Staff
) -> None:
    stamps = stamp_program(merchant, stamps=4, expiry_months=12)
    points = points_program(merchant, per_cents=5000)
    book(card, cents=3000)
    book(card, cents=1000, at=NOW + timedelta(days=60))
    lots = list(Lot.objects.for_merchant(merchant).order_by("pk").values_list("remaining", "expires_at"))
    new = factories.make_card(merchant=merchant)
    replace_card(
        merchant=merchant, old=card, new=new, till=None, staff=manager, request_id="m", at=NOW, reason="verloren"
    )
    assert (balance(card, stamps), balance(new, stamps)) == (0, 8)
    moved = Lot.objects.for_merchant(merchant).filter(account__card=new).order_by("pk")
    assert list(moved.values_list("remaining", "expires_at")) == lots
    cards = Card.objects.for_merchant(merchant).in_bulk([card.pk, new.pk])
    old_row, new_row = cards[card.pk], cards[new.pk]
    assert (old_row.state, old_row.replaced_by_id, new_row.member_id) == ("replaced", new.pk, card.member_id)
    assert book(card).reasons[0].code == "card_replaced"
    book(new, cents=1000, at=NOW + timedelta(days=61))  # 30 + 10 euro came along
    assert balance(new, points) == 1
    assert prove(merchant=merchant) == ()


def test_card_in_use_can_not_become_a_replacement(merchant: Merchant, card: Card, manager: Staff) -> None:
    program = stamp_program(merchant)
    used = factories.make_card(merchant=merchant)
    book(used)
    with pytest.raises(CardNotReplaceable) as caught:
        replace_card(
            merchant=merchant, old=card, new=used, till=None, staff=manager, request_id="m", at=NOW, reason="x"
        )
    assert caught.value.code == "new_card_in_use"
    assert balance(used, program) == 1
