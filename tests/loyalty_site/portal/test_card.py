"""“My card”: the code it shows, what is on it, and that nobody sees anybody else's."""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from members.audit import Actor
from members.domain.cards import CardFreshness, block_card, read_card
from members.models import Card, CardState, Member, Merchant, User
from rewards.models import Account, AccountKind
from tests import factories
from tests.loyalty_site.portal.conftest import codes_in, log_in
from tests.rewards.programs import a_reward, book, points_program, stamp_program


def now() -> datetime:
    return timezone.now()


def page(client: Client, merchant: Merchant, path: str = "card/") -> str:
    response = client.get(f"/m/{merchant.slug}/{path}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", ["card/", "card/code/", "history/"])
def test_pages_of_a_person_lead_strangers_to_the_login(merchant: Merchant, stranger: Client, path: str) -> None:
    address = f"/m/{merchant.slug}/{path}"
    response = stranger.get(address)
    assert (response.status_code, response.headers["Location"]) == (
        302,
        f"/accounts/login/?{urlencode({'next': address})}",
    )


@pytest.mark.parametrize("path", ["card/", "card/code/", "history/"])
def test_pages_of_a_person_tell_members_of_another_shop_so_and_nothing_else(
    merchant: Merchant, other_merchant: Merchant, card: Card, path: str
) -> None:
    somebody = factories.make_user()
    theirs = factories.make_card(factories.make_member(other_merchant, user=somebody))
    response = log_in(somebody).get(f"/m/{merchant.slug}/{path}")
    html = response.content.decode()
    assert response.status_code == 404
    assert "this login has no card at Bäckerei Morgenrot" in html
    assert card.grouped_number not in html and theirs.grouped_number not in html
    assert codes_in(html) == []


@pytest.mark.parametrize("path", ["card/", "card/code/", "history/"])
def test_pages_of_a_person_are_never_stored(merchant: Merchant, customer: Client, path: str) -> None:
    cache_control = customer.get(f"/m/{merchant.slug}/{path}").headers["Cache-Control"]
    assert "no-store" in cache_control and "private" in cache_control


def test_card_shows_number_name_and_a_fresh_code(merchant: Merchant, card: Card, customer: Client) -> None:
    html = page(customer, merchant)
    assert card.grouped_number in html
    assert "Anna Beispiel" in html
    (text,) = codes_in(html)
    found = read_card(merchant=merchant, text=text, at=now())
    assert (found.card.pk, found.freshness) == (card.pk, CardFreshness.FRESH)


def test_code_answers_with_one_bare_fresh_svg(merchant: Merchant, card: Card, customer: Client) -> None:
    response = customer.get(f"/m/{merchant.slug}/card/code/")
    svg = response.content.decode()
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert 1 <= int(response.headers["X-Seconds-Left"]) <= 30
    assert svg.startswith("<svg ") and svg.endswith("</svg>")
    (text,) = codes_in(svg)
    found = read_card(merchant=merchant, text=text, at=now())
    assert (found.card.pk, found.freshness) == (card.pk, CardFreshness.FRESH)


def test_code_stands_in_the_picture_only(
    merchant: Merchant, card: Card, customer: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        html = page(customer, merchant)
        svg = page(customer, merchant, "card/code/")
    for markup in (html, svg):
        (text,) = codes_in(markup)
        assert text not in markup
        assert text.rpartition(".")[2] not in markup
        assert text not in caplog.text and text.rpartition(".")[2] not in caplog.text
    assert card.number not in caplog.text


def test_card_shows_stamps_and_the_next_reward(merchant: Merchant, card: Card, customer: Client) -> None:
    a_reward(stamp_program(merchant, stamps=4), price=10, name="Frühstück für zwei")
    book(card, at=now())
    html = page(customer, merchant)
    assert html.count("stamps__slot--on") == 4
    assert html.count("stamps__slot--goal") == 1
    assert "4 of 10" in html
    assert "Frühstück für zwei" in html and "6 Stempel to go." in html


def test_card_with_more_stamps_than_fields_says_that_it_is_enough(
    merchant: Merchant, card: Card, customer: Client
) -> None:
    a_reward(stamp_program(merchant, stamps=12), price=10)
    book(card, at=now())
    html = page(customer, merchant)
    assert html.count("stamps__slot--on") == 10
    assert "+2 on the next card" in html
    assert "You have enough for it." in html


def test_card_shows_points_and_until_when_the_oldest_are_good(merchant: Merchant, card: Card, customer: Client) -> None:
    a_reward(points_program(merchant, expiry_months=24, expiry_rounding="year"), price=100, name="Brot der Woche")
    book(card, cents=3650, at=now())
    html = page(customer, merchant)
    assert '<p class="stat">36 <small>Punkte</small></p>' in html
    assert "64 Punkte to go." in html
    assert f"The oldest are valid until 12/31/{timezone.localtime().year + 2}." in html
    assert "badge--warn" not in html


def test_card_warns_of_what_ends_soon(merchant: Merchant, card: Card, customer: Client) -> None:
    a_reward(points_program(merchant, expiry_months=1, expiry_rounding="month"), price=100)
    # One month on, moved to the end of that month: 8 to 42 days from now.
    book(card, cents=700, at=now() - timedelta(days=20))
    html = page(customer, merchant)
    assert "7 Punkte expire from " in html
    assert "badge--warn" in html


def test_card_says_what_is_being_checked(merchant: Merchant, card: Card, customer: Client) -> None:
    program = points_program(merchant)
    Account.objects.create(
        merchant=merchant, program=program, card=card, kind=AccountKind.PENDING, unit="point", balance=25
    )
    assert "25 Punkte are being checked" in page(customer, merchant)


def test_card_says_whether_it_is_confirmed(merchant: Merchant, card: Card, customer: Client) -> None:
    assert "Your card is confirmed." in page(customer, merchant)
    Card.objects.for_merchant(merchant).update(state=CardState.UNVERIFIED, level=0)
    html = page(customer, merchant)
    assert "Not confirmed yet: collecting works, redeeming does not." in html
    assert len(codes_in(html)) == 1


def test_card_that_is_blocked_shows_no_code(merchant: Merchant, card: Card, customer: Client) -> None:
    block_card(card=card, actor=Actor.job("test"), reason="Intern: Verdacht", at=now())
    html = page(customer, merchant)
    assert codes_in(html) == []
    assert "rotating.js" not in html
    assert "This card is blocked." in html
    assert "Verdacht" not in html
    assert customer.get(f"/m/{merchant.slug}/card/code/").status_code == 404


def test_card_shows_the_new_card_and_not_the_blocked_one(merchant: Merchant, card: Card, customer: Client) -> None:
    block_card(card=card, actor=Actor.job("test"), reason="Verloren", at=now())
    assert card.member is not None
    new = factories.make_card(card.member, state=CardState.VERIFIED, level=1, issued_at=card.issued_at - timedelta(1))
    html = page(customer, merchant)
    assert new.grouped_number in html
    assert card.grouped_number not in html


def test_card_of_a_member_without_one_says_where_to_get_it(merchant: Merchant, member: Member, user: User) -> None:
    html = page(log_in(user), merchant)
    assert "You get one at the counter." in html
    assert codes_in(html) == []
    assert log_in(user).get(f"/m/{merchant.slug}/card/code/").status_code == 404


def test_card_of_one_login_at_two_shops_is_each_shop_s_own(
    merchant: Merchant, other_merchant: Merchant, card: Card, user: User, customer: Client
) -> None:
    other = factories.make_card(factories.make_member(other_merchant, user=user))
    assert card.grouped_number in page(customer, merchant)
    html = page(customer, other_merchant)
    assert other.grouped_number in html
    assert card.grouped_number not in html


def test_card_of_an_erased_member_is_gone(merchant: Merchant, card: Card, member: Member, customer: Client) -> None:
    Member.objects.for_merchant(merchant).update(erased_at=now())
    response = customer.get(f"/m/{merchant.slug}/card/")
    assert response.status_code == 404
    assert card.grouped_number not in response.content.decode()


def test_card_runs_nothing_inline(merchant: Merchant, customer: Client) -> None:
    a_reward(stamp_program(merchant), price=10)
    html = page(customer, merchant)
    assert "style=" not in html and "<style" not in html
    assert html.count("<script") == html.count("<script src=") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_card_takes_the_same_queries_for_any_number_of_programs(
    merchant: Merchant, card: Card, customer: Client, rows: int, django_assert_max_num_queries: object
) -> None:
    for number in range(rows):
        a_reward(stamp_program(merchant, name=f"Karte {number}"), price=10)
    book(card, at=now())
    page(customer, merchant)  # the process now knows the rules
    # Session, login, merchant, member, card, accounts, what ends soon, what ends at all.
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture is a function
        page(customer, merchant)
