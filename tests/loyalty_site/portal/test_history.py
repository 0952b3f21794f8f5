"""The history: every booking with its reason in words, refusals too, and nobody else's."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation

from fraud.models import Limit
from loyalty_site.portal.reasons import OWN_WORDS, own_words
from loyalty_site.portal.stories import Story, days
from members.domain.merchants import touch_rules
from members.models import Card, CardState, Merchant, Staff, Till
from rewards.domain.expiry import expire_lots
from rewards.domain.programs import book_for
from rewards.engine.reasons import Reason
from rewards.models import Freshness
from rewards.queries.history import bookings_of_card
from tests import factories
from tests.rewards.programs import a_reward, book, points_program, spend, stamp_program, take_back

BERLIN = ZoneInfo("Europe/Berlin")
NOW = factories.NOW


def fresh(merchant: Merchant) -> Merchant:
    """Return the merchant with its latest rules."""
    return Merchant.objects.get(pk=merchant.pk)


def stories_of(card: Card, *, now: datetime = NOW, language: str = "en") -> list[Story]:
    merchant = fresh(card.merchant)
    past = bookings_of_card(merchant=merchant, card=card)
    with translation.override(language):
        found = days(past, book=book_for(merchant), stores={}, language=language, zone=BERLIN, now=now)
    return [story for day in found for story in day.stories]


def limit(merchant: Merchant, **fields: object) -> None:
    Limit.objects.create(merchant=merchant, **fields)
    touch_rules(merchant=merchant)


def test_stories_of_an_earn_say_what_where_and_why(merchant: Merchant, card: Card, till: Till) -> None:
    stamp_program(merchant)
    points_program(merchant)
    book(card, cents=1240, till=till)
    (story,) = stories_of(card)
    assert story.title == "Frühstückskarte, Punkte"
    assert story.where == f"10:00, {till.store.name}"
    assert story.amounts == ("+1 Stempel", "+12 Punkte")
    assert story.is_gain
    assert story.why[0] == "1 Stempel for this visit."
    assert story.why[1].startswith("12 Punkte for €12.40: 1 Punkt for every full €1.00.")


def test_stories_of_a_second_scan_explain_the_time_lock_in_the_past(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    limit(merchant, kind="interval", subject="card", seconds=1800)
    book(card)
    book(card, at=NOW + timedelta(minutes=4))
    refused, _earned = stories_of(card)
    assert (refused.title, refused.amounts, refused.is_gain) == ("Nothing collected", ("0",), False)
    assert refused.why == ("The booking before was only 4 minutes ago. There is at most one in 30 minutes.",)


def test_stories_never_tell_of_limits_of_people_at_the_till(
    merchant: Merchant, card: Card, till: Till, cashier: Staff
) -> None:
    stamp_program(merchant, stamps=3)
    limit(merchant, kind="units", subject="staff", maximum=2)
    book(card, till=till, staff=cashier)
    (story,) = stories_of(card)
    assert story.why == (
        "Nothing more could be booked at this till. If something is missing, please ask at the counter.",
    )
    assert cashier.name not in str(story)


def test_stories_of_a_sale_that_no_rule_fits_say_rule_by_rule_why(merchant: Merchant, card: Card) -> None:
    points_program(merchant)
    book(card, cents=None)
    (story,) = stories_of(card)
    assert story.title == "Nothing collected"
    assert story.why == ("je Betrag: No sum was entered, and this rule needs one.",)


def test_stories_of_a_redemption_say_how_it_was_shown(merchant: Merchant, card: Card) -> None:
    reward = a_reward(stamp_program(merchant, stamps=5), price=5, name="Brezel")
    book(card)
    book(card, at=NOW + timedelta(hours=1))
    assert spend(card, reward, step=77, at=NOW + timedelta(hours=2)).status == "posted"
    assert spend(card, reward, at=NOW + timedelta(hours=3)).status == "posted"
    on_paper, on_phone = stories_of(card)[:2]
    assert (on_phone.title, on_phone.amounts, on_phone.is_gain) == ("Brezel", ("−5 Stempel",), False)
    assert on_phone.why == ("Redeemed with a fresh code from your phone.",)
    assert on_paper.why == ("Redeemed with your card at the counter.",)
    assert (on_phone.mark, on_phone.mark_kind) == ("not handed over yet", "manila")


def test_stories_of_a_redemption_that_lacked_proof_say_what_to_do(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, redeem_level=1, redeem_freshness=Freshness.FRESH_CODE, stamps=5)
    reward = a_reward(program, price=5, name="Brezel")
    book(card)
    Card.objects.for_merchant(merchant).update(state=CardState.UNVERIFIED, level=0)
    assert spend(card, reward, at=NOW + timedelta(hours=1)).status == "step_up"
    story = stories_of(card)[0]
    assert (story.title, story.amounts) == ("Not redeemed: Brezel", ("0",))
    assert story.why == (
        "The card was not confirmed yet: collecting works, redeeming does not.",
        "Redeeming asks for a fresh code: show your card on the phone, not on paper or as a picture.",
    )


def test_stories_of_a_booking_taken_back_are_one_story_with_a_mark(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    take_back(book(card), merchant, at=NOW + timedelta(seconds=60))
    (story,) = stories_of(card)
    assert (story.mark, story.is_gain) == ("taken back", False)


def test_stories_of_expired_units_say_how_many(merchant: Merchant, card: Card) -> None:
    points_program(merchant, expiry_months=1, expiry_rounding="month")
    book(card, cents=900)
    later = NOW + timedelta(days=90)
    assert expire_lots(merchant=fresh(merchant), at=later) == 1
    story = stories_of(card, now=later)[0]
    assert (story.title, story.amounts) == ("Expired", ("−9",))


def test_days_are_the_merchant_s_and_today_is_named(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    late = datetime(2026, 11, 24, 23, 30, tzinfo=BERLIN)
    book(card, at=late - timedelta(days=400))
    book(card, at=late - timedelta(days=1))
    book(card, at=late)
    past = bookings_of_card(merchant=merchant, card=card)
    with translation.override("en"):
        found = days(past, book=book_for(fresh(merchant)), stores={}, language="en", zone=BERLIN, now=late)
    assert [day.title for day in found] == ["Today, 24 November", "Monday, 23 November", "Monday, 20 October 2025"]


@pytest.mark.parametrize("code", sorted(OWN_WORDS))
def test_own_words_need_no_more_than_the_stored_figures(code: str) -> None:
    params = {"minutes_ago": 1, "seconds": 90, "maximum": 1}
    with translation.override("en"):
        assert own_words(Reason(code, params)).endswith(".")
        assert own_words(Reason("something_else", params)) == ""


def test_own_words_of_a_time_lock_count_right() -> None:
    with translation.override("en"):
        text = own_words(Reason("time_lock", {"minutes_ago": 1, "seconds": 60}))
    assert text == "The booking before was only 1 minute ago. There is at most one in 1 minute."


def test_history_shows_the_card_s_bookings_and_nobody_else_s(
    merchant: Merchant, other_merchant: Merchant, card: Card, customer: Client, till: Till
) -> None:
    stamp_program(merchant)
    stamp_program(other_merchant, name="Salonkarte")
    book(card, at=timezone.now(), till=till)
    book(factories.make_card(merchant=merchant), at=timezone.now(), till=factories.make_till(name="K9", store=None))
    book(factories.make_card(merchant=other_merchant), at=timezone.now())
    html = customer.get(f"/m/{merchant.slug}/history/").content.decode()
    assert html.count('class="story"') == 1
    assert "+1 Stempel" in html and till.store.name in html
    assert "Salonkarte" not in html


def test_history_without_bookings_says_what_will_be_here(merchant: Merchant, customer: Client) -> None:
    html = customer.get(f"/m/{merchant.slug}/history/").content.decode()
    assert "Here you will see what you collected and redeemed, and why." in html


@pytest.mark.parametrize("rows", [1, 3])
def test_history_takes_the_same_queries_for_any_number_of_bookings(
    merchant: Merchant, card: Card, customer: Client, rows: int, django_assert_max_num_queries: object
) -> None:
    stamp_program(merchant)
    for number in range(rows):
        book(card, at=timezone.now() - timedelta(hours=number))
    customer.get(f"/m/{merchant.slug}/history/")  # the process now knows the rules
    # Session, login, merchant, member, card, bookings, stores.
    with django_assert_max_num_queries(7):  # type: ignore[operator]  # pytest-django's fixture is a function
        html = customer.get(f"/m/{merchant.slug}/history/").content.decode()
    assert html.count('class="story"') == rows
