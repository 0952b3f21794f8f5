"""Cards: read what a scanner says, issue, claim, block, unblock."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from members.audit import Actor, history_of
from members.card_numbers import CodeKind, ScanFault, UnreadableCode, UnreadableReason, is_valid, new_number
from members.domain.cards import (
    CardFreshness,
    CardUnknown,
    block_card,
    claim_card,
    issue_blank_cards,
    issue_card,
    read_card,
    rotating_text,
    static_text,
    unblock_card,
)
from members.models import Card, CardState, Member, Merchant, Staff
from members.rotating_codes import STALE_STEPS, STEP_SECONDS, step_at
from tests.factories import NOW, make_card, make_member

STEP = timedelta(seconds=STEP_SECONDS)


@pytest.fixture
def actor(manager: Staff) -> Actor:
    return Actor.of_staff(manager)


def _drawing(*numbers: str) -> Callable[[], str]:
    """Return a source that yields these numbers and then fails."""
    return iter(numbers).__next__


# --- Reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["{}", "K.{}", "https://karte.example/k/{}", " {}\n"])
def test_read_card_any_spelling_finds_it_as_static(spelling: str, card: Card) -> None:
    read = read_card(merchant=card.merchant, text=spelling.format(card.number), at=NOW)

    assert (read.card, read.kind, read.freshness, read.step) == (card, CodeKind.CARD, CardFreshness.STATIC, None)


def test_read_card_printed_groups_and_static_text_are_the_card(card: Card) -> None:
    assert read_card(merchant=card.merchant, text=card.grouped_number, at=NOW).card == card
    assert read_card(merchant=card.merchant, text=static_text(card=card), at=NOW).card == card


def test_read_card_loads_member_and_merchant_in_one_query(
    card: Card, member: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    merchant, text = card.merchant, rotating_text(card=card, at=NOW)
    with django_assert_num_queries(1):
        read = read_card(merchant=merchant, text=text, at=NOW)
        assert (read.card.member, read.card.merchant) == (member, merchant)


def test_read_card_passes_the_scanners_faults_on(card: Card) -> None:
    read = read_card(merchant=card.merchant, text=static_text(card=card).lower(), at=NOW)

    assert read.faults == {ScanFault.CAPS_LOCK}


@pytest.mark.parametrize(
    ("later", "freshness"),
    [
        (-1 * STEP, CardFreshness.FRESH),
        (0 * STEP, CardFreshness.FRESH),
        (1 * STEP, CardFreshness.FRESH),
        (2 * STEP, CardFreshness.STALE),
        (STALE_STEPS * STEP, CardFreshness.STALE),
        ((STALE_STEPS + 1) * STEP, CardFreshness.WRONG),
        (-2 * STEP, CardFreshness.WRONG),
    ],
)
def test_read_card_rotating_code_ages(later: timedelta, freshness: CardFreshness, card: Card) -> None:
    read = read_card(merchant=card.merchant, text=rotating_text(card=card, at=NOW), at=NOW + later)

    assert (read.card, read.kind, read.freshness) == (card, CodeKind.ROTATING, freshness)


def test_read_card_only_a_fresh_code_has_a_step_to_spend(card: Card) -> None:
    text = rotating_text(card=card, at=NOW)

    assert read_card(merchant=card.merchant, text=text, at=NOW + STEP).step == step_at(NOW)
    assert read_card(merchant=card.merchant, text=text, at=NOW + 2 * STEP).step is None
    assert read_card(merchant=card.merchant, text=text, at=NOW + 200 * STEP).step is None


def test_read_card_code_of_another_card_or_generation_is_wrong(card: Card) -> None:
    other = make_card(merchant=card.merchant)
    foreign = f"T.{card.number}.{rotating_text(card=other, at=NOW)[-8:]}"
    own = rotating_text(card=card, at=NOW)
    assert read_card(merchant=card.merchant, text=own, at=NOW).freshness == CardFreshness.FRESH

    assert read_card(merchant=card.merchant, text=foreign, at=NOW).freshness == CardFreshness.WRONG
    Card.objects.for_merchant(card.merchant).filter(pk=card.pk).update(code_generation=1)
    assert read_card(merchant=card.merchant, text=own, at=NOW).freshness == CardFreshness.WRONG


def test_rotating_text_of_the_same_number_differs_between_merchants(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant, number=card.number)

    assert rotating_text(card=card, at=NOW) != rotating_text(card=theirs, at=NOW)


def test_rotating_text_depends_on_the_installations_key(card: Card, settings: Settings) -> None:
    before = rotating_text(card=card, at=NOW)
    settings.CARD_CODE_KEY = b"k" * 32

    assert rotating_text(card=card, at=NOW) != before


def test_read_card_of_another_merchant_is_unknown(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)
    assert read_card(merchant=other_merchant, text=theirs.number, at=NOW).card == theirs

    for text in (theirs.number, rotating_text(card=theirs, at=NOW)):
        with pytest.raises(CardUnknown) as refusal:
            read_card(merchant=card.merchant, text=text, at=NOW)
        assert theirs.number not in str(refusal.value)


@pytest.mark.parametrize("kind", ["R", "G"])
def test_read_card_receipts_and_vouchers_are_no_cards(kind: str, card: Card) -> None:
    with pytest.raises(UnreadableCode) as refusal:
        read_card(merchant=card.merchant, text=f"{kind}.{card.number}", at=NOW)

    assert refusal.value.reason is UnreadableReason.UNKNOWN


def test_read_card_wallet_code_is_refused(card: Card) -> None:
    with pytest.raises(UnreadableCode) as refusal:
        read_card(merchant=card.merchant, text=f"W.{card.number}.12345678", at=NOW)

    assert refusal.value.reason is UnreadableReason.UNKNOWN


@pytest.mark.parametrize("text", ["", "Anna", "4DJJ", "x" * 301, "\0"])
def test_read_card_anything_else_is_unreadable_without_a_query(
    text: str, merchant: Merchant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0), pytest.raises(UnreadableCode):
        read_card(merchant=merchant, text=text, at=NOW)


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.VERIFIED])
def test_read_card_finds_cards_in_any_state(state: CardState, merchant: Merchant) -> None:
    card = make_card(merchant=merchant, state=state)

    read = read_card(merchant=merchant, text=card.number, at=NOW)
    assert (read.card, read.card.state, read.card.member) == (card, state, None)


# --- Issuing -------------------------------------------------------------------------------------------


def test_issue_card_makes_a_valid_card_of_the_member(member: Member) -> None:
    card = issue_card(merchant=member.merchant, at=NOW, member=member)

    card.refresh_from_db()
    assert is_valid(card.number)
    assert (card.member, card.state, card.level, card.issued_at) == (member, CardState.UNVERIFIED, 0, NOW)


def test_issue_card_draws_again_when_a_number_is_taken(card: Card) -> None:
    free = new_number()

    issued = issue_card(merchant=card.merchant, at=NOW, draw=_drawing(card.number, card.number, free))

    assert issued.number == free
    assert Card.objects.for_merchant(card.merchant).count() == 2


def test_issue_card_third_taken_number_is_an_error(card: Card) -> None:
    with pytest.raises(IntegrityError):
        issue_card(merchant=card.merchant, at=NOW, draw=_drawing(*[card.number] * 3))


def test_issue_card_same_number_at_another_merchant_is_no_collision(card: Card, other_merchant: Merchant) -> None:
    assert issue_card(merchant=other_merchant, at=NOW, draw=_drawing(card.number)).number == card.number


@pytest.mark.parametrize("state", [CardState.BLOCKED, CardState.REPLACED])
def test_issue_card_in_a_state_no_card_starts_in_is_refused(state: CardState, merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="starts"):
        issue_card(merchant=merchant, at=NOW, state=state)


def test_issue_card_to_another_merchants_member_is_refused(member: Member, other_merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="member of its merchant"):
        issue_card(merchant=other_merchant, at=NOW, member=member)


@pytest.mark.parametrize("count", [1, 250])
def test_issue_blank_cards_makes_that_many_without_members(count: int, merchant: Merchant) -> None:
    cards = issue_blank_cards(merchant=merchant, count=count, at=NOW)

    stored = Card.objects.for_merchant(merchant).filter(member=None, state=CardState.UNVERIFIED, issued_at=NOW)
    assert {card.number for card in stored} == {card.number for card in cards}
    assert len({card.pk for card in cards} - {None}) == count
    assert all(is_valid(card.number) for card in cards)


def test_issue_blank_cards_draws_the_lot_again_when_a_number_is_taken(card: Card) -> None:
    numbers = [new_number() for _ in range(3)]

    cards = issue_blank_cards(
        merchant=card.merchant, count=2, at=NOW, draw=_drawing(numbers[0], card.number, *numbers[1:])
    )

    assert [blank.number for blank in cards] == numbers[1:]
    assert Card.objects.for_merchant(card.merchant).count() == 3


def test_issue_blank_cards_needs_few_statements(merchant: Merchant) -> None:
    with CaptureQueriesContext(connection) as queries:
        issue_blank_cards(merchant=merchant, count=100, at=NOW)

    assert len([query for query in queries if query["sql"].startswith("INSERT")]) <= 2


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_issue_blank_cards_count_out_of_range_is_refused(count: int, merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="10000"):
        issue_blank_cards(merchant=merchant, count=count, at=NOW)


# --- Claiming, blocking --------------------------------------------------------------------------------


def test_claim_card_gives_a_blank_card_to_the_member(member: Member, actor: Actor) -> None:
    blank = make_card(merchant=member.merchant)

    assert claim_card(card=blank, member=member, at=NOW, actor=actor)

    assert blank.member == member
    blank.refresh_from_db()
    assert blank.member == member
    entry = history_of(blank, merchant=member.merchant).get()
    assert (entry.action, entry.actor, entry.new) == ("card.claimed", "Mario Leitung", {"member": str(member.pk)})


def test_claim_card_taken_meanwhile_stays_with_its_member(card: Card, member: Member, actor: Actor) -> None:
    blank = make_card(merchant=member.merchant)
    seen_before = Card.objects.for_merchant(member.merchant).get(pk=blank.pk)
    first = make_member(member.merchant)
    assert claim_card(card=blank, member=first, at=NOW, actor=actor)

    assert not claim_card(card=seen_before, member=member, at=NOW, actor=actor)
    assert not claim_card(card=blank, member=first, at=NOW, actor=actor)

    blank.refresh_from_db()
    assert blank.member == first
    assert history_of(blank, merchant=member.merchant).count() == 1


def test_claim_card_blocked_is_refused(member: Member, actor: Actor) -> None:
    blank = make_card(merchant=member.merchant, state=CardState.BLOCKED)

    assert not claim_card(card=blank, member=member, at=NOW, actor=actor)

    blank.refresh_from_db()
    assert blank.member is None


def test_claim_card_for_another_merchants_member_is_refused(member: Member, other_merchant: Merchant) -> None:
    with pytest.raises(ValueError, match="member of its merchant"):
        claim_card(card=make_card(merchant=other_merchant), member=member, at=NOW, actor=Actor.job("test"))


@pytest.mark.parametrize("state", [CardState.UNVERIFIED, CardState.VERIFIED])
def test_block_and_unblock_return_to_the_state_before(state: CardState, member: Member, actor: Actor) -> None:
    card = make_card(member, state=state)

    assert block_card(card=card, actor=actor, reason=" verloren ", at=NOW)
    assert (card.state, card.state_before_block, card.state_reason) == (CardState.BLOCKED, state, "verloren")
    card.refresh_from_db()
    assert (card.state, card.can_earn) == (CardState.BLOCKED, False)

    assert unblock_card(card=card, actor=actor, reason="gefunden", at=NOW)
    card.refresh_from_db()
    assert (card.state, card.state_before_block, card.state_reason) == (state, "", "")
    entries = history_of(card, merchant=member.merchant).values_list("action", "old", "new", "reason")
    assert list(entries) == [
        ("card.unblocked", {"state": "blocked"}, {"state": state.value}, "gefunden"),
        ("card.blocked", {"state": state.value}, {"state": "blocked"}, "verloren"),
    ]


def test_block_card_twice_keeps_the_first_reason_and_state(card: Card, actor: Actor) -> None:
    stale = Card.objects.for_merchant(card.merchant).get()
    assert block_card(card=card, actor=actor, reason="verloren", at=NOW)

    assert not block_card(card=stale, actor=actor, reason="Betrug", at=NOW)

    card.refresh_from_db()
    assert (card.state_before_block, card.state_reason) == (CardState.UNVERIFIED, "verloren")
    assert history_of(card, merchant=card.merchant).count() == 1


def test_replaced_card_is_neither_blocked_nor_unblocked(card: Card, member: Member, actor: Actor) -> None:
    old = make_card(member, state=CardState.REPLACED, replaced_by=card)

    assert not block_card(card=old, actor=actor, reason="verloren", at=NOW)
    assert not unblock_card(card=old, actor=actor, reason="", at=NOW)

    old.refresh_from_db()
    assert old.state == CardState.REPLACED


def test_unblock_card_that_is_not_blocked_changes_nothing(card: Card, actor: Actor) -> None:
    assert not unblock_card(card=card, actor=actor, reason="", at=NOW)

    assert not history_of(card, merchant=card.merchant).exists()


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_block_card_without_a_reason_is_refused(reason: str, card: Card, actor: Actor) -> None:
    with pytest.raises(ValueError, match="reason"):
        block_card(card=card, actor=actor, reason=reason, at=NOW)

    card.refresh_from_db()
    assert card.state == CardState.UNVERIFIED


def test_block_card_long_reason_with_a_contact_is_kept_short_and_without_it(card: Card, actor: Actor) -> None:
    assert block_card(card=card, actor=actor, reason="anna@example.org " + "x" * 400, at=NOW)

    card.refresh_from_db()
    assert (len(card.state_reason), card.state_reason[:3]) == (200, "• x")
