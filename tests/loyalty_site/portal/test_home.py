"""The public start page and the printed address: what is offered, and that no number tells anything."""

import pytest
from django.test import Client

from members.domain.cards import issue_blank_cards
from members.models import Card, Merchant
from tests import factories
from tests.rewards.programs import a_reward, points_program, stamp_program


@pytest.fixture
def offered(merchant: Merchant) -> Merchant:
    """The merchant with a stamp card, its reward, and a store."""
    a_reward(stamp_program(merchant), price=10, name="Frühstück für zwei", description="Mit Ei")
    hours = {**{str(day): ["06:00", "18:30"] for day in range(5)}, "6": ["08:00", "11:00"]}
    factories.make_store(
        merchant, name="Markt", street="Am Markt 4", postal_code="38999", city="Lindenhagen", opening_hours=hours
    )
    return merchant


def test_home_tells_what_the_card_brings_and_where(offered: Merchant, stranger: Client) -> None:
    response = stranger.get(f"/m/{offered.slug}/")
    html = response.content.decode()
    assert response.status_code == 200
    assert "Bäckerei Morgenrot" in html
    assert "1 Stempel per visit" in html
    assert "Frühstück für zwei" in html and "10 Stempel" in html and "Mit Ei" in html
    assert "Am Markt 4, 38999 Lindenhagen" in html
    assert "<dt>Mon to Fri</dt><dd>6:00 to 18:30</dd>" in html
    assert "<dt>Sun</dt><dd>8:00 to 11:00</dd>" in html


def test_home_leads_strangers_to_the_login_and_back_to_the_card(offered: Merchant, stranger: Client) -> None:
    html = stranger.get(f"/m/{offered.slug}/").content.decode()
    assert f'href="/accounts/login/?next=/m/{offered.slug}/card/"' in html
    assert 'class="tabs"' not in html


def test_home_leads_members_to_their_card(merchant: Merchant, customer: Client) -> None:
    html = customer.get(f"/m/{merchant.slug}/").content.decode()
    assert f'href="/m/{merchant.slug}/card/">To my card' in html
    assert "/accounts/login/" not in html
    assert 'class="tabs"' in html


def test_home_of_one_shop_offers_the_login_to_a_member_of_another(other_merchant: Merchant, customer: Client) -> None:
    html = customer.get(f"/m/{other_merchant.slug}/").content.decode()
    assert "/accounts/login/" in html
    assert "To my card" not in html


def test_home_shows_nothing_of_another_merchant(offered: Merchant, other_merchant: Merchant, stranger: Client) -> None:
    points_program(other_merchant, name="Salonpunkte")
    factories.make_store(other_merchant, name="Ulmenweg")
    assert "Salonpunkte" in stranger.get(f"/m/{other_merchant.slug}/").content.decode()
    html = stranger.get(f"/m/{offered.slug}/").content.decode()
    assert "Salonpunkte" not in html
    assert "Ulmenweg" not in html


@pytest.mark.parametrize("path", ["", "card/", "card/code/", "history/", "k/4DJJW4FWA05W"])
def test_pages_of_unknown_and_inactive_merchants_are_not_found(merchant: Merchant, customer: Client, path: str) -> None:
    address = f"/m/{merchant.slug}/{path}"
    assert customer.get(address).status_code in {200, 302}
    Merchant.objects.update(is_active=False)
    assert customer.get(address).status_code == 404
    assert customer.get(f"/m/nobody/{path}").status_code == 404


def test_home_runs_nothing_inline(offered: Merchant, stranger: Client) -> None:
    response = stranger.get(f"/m/{offered.slug}/")
    html = response.content.decode()
    assert "style=" not in html and "<style" not in html and "<script" not in html
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'self'", "script-src 'self'"} <= set(policy)


def test_printed_address_answers_alike_for_every_number(merchant: Merchant, card: Card, stranger: Client) -> None:
    blank = issue_blank_cards(merchant=merchant, count=1, at=factories.NOW)[0]
    numbers = [card.number, blank.number, "4DJJW4FWA05W", "000000000000"]
    addresses = [f"/M/{merchant.slug.upper()}/K/{number}" for number in numbers]
    addresses += [f"/m/{merchant.slug}/k/{card.number.lower()}"]
    answers = [stranger.get(address) for address in addresses]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(302, f"/m/{merchant.slug}/")}
    assert len({answer.content for answer in answers}) == 1
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)


def test_printed_address_costs_the_same_query_for_every_number(
    merchant: Merchant, card: Card, stranger: Client, django_assert_num_queries: object
) -> None:
    for number in (card.number, "4DJJW4FWA05W"):
        with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture is a function
            stranger.get(f"/M/{merchant.slug.upper()}/K/{number}")
