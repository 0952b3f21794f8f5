"""Finding members without a card: what is found, what is not, and at what price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.domain.cards import rotating_text
from members.models import ContactKind, Member, Merchant
from members.queries.lookup import MAX_RESULTS, find_members
from tests.factories import NOW, make_card, make_contact, make_member


@pytest.fixture
def anna(merchant: Merchant) -> Member:
    return make_member(merchant, first_name="Anna Lena", last_name="Öztürk")


@pytest.fixture
def juergen(merchant: Merchant) -> Member:
    return make_member(merchant, first_name="Jürgen", last_name="Groß")


@pytest.mark.parametrize(
    "text",
    [
        *("Anna", "anna", "ANNA", "  anna  ", "Anna Lena", "anna l", "Anna Öz", "Anna Lena Ö"),
        *("özt", "ÖZTÜRK", "oezt", "Öztürk, Anna", "Öztürk Anna Lena", "öz a"),
    ],
)
def test_find_by_the_beginning_of_a_name(text: str, anna: Member, juergen: Member) -> None:
    assert find_members(merchant=anna.merchant, text=text) == [anna]


@pytest.mark.parametrize("text", ["jürg", "juerg", "JÜRGEN", "gross", "groß", "Juergen Gross"])
def test_find_with_umlauts_or_without(text: str, anna: Member, juergen: Member) -> None:
    assert find_members(merchant=anna.merchant, text=text) == [juergen]


def test_find_umlauts_of_a_name_kept_without_them(merchant: Merchant) -> None:
    mueller = make_member(merchant, last_name="Mueller")

    assert find_members(merchant=merchant, text="Müll") == [mueller]


@pytest.mark.parametrize(
    "text", ["", "An", "  An  ", "a\0\0\0", "nna", "ztürk", "Anna Jürgen", "%nna", "An_a", "x" * 121]
)
def test_find_nothing_for_too_little_the_middle_of_a_name_or_wildcards(text: str, anna: Member) -> None:
    assert find_members(merchant=anna.merchant, text=text) == []


def test_find_by_the_whole_email_only(anna: Member, juergen: Member) -> None:
    make_contact(anna, value="anna@example.org")
    make_contact(juergen, value="anna@example.org.example")

    assert find_members(merchant=anna.merchant, text=" Anna@Example.org ") == [anna]
    assert find_members(merchant=anna.merchant, text="anna@exam") == []


@pytest.mark.parametrize(
    "text",
    ["0170 1234567", "0170 1234", "+49 170 1234567", "0049170/1234567", "+49 (0)170 1234567", "170 1234567", "4567"],
)
def test_find_by_the_beginning_or_end_of_a_phone_number(text: str, anna: Member, juergen: Member) -> None:
    make_contact(anna, ContactKind.PHONE, value="+491701234567")
    make_contact(juergen, ContactKind.PHONE, value="+491709999999")

    assert find_members(merchant=anna.merchant, text=text) == [anna]


@pytest.mark.parametrize("text", ["567", "1234", "0171", "+43 170 1234567", "++++"])
def test_find_nothing_for_the_middle_of_a_phone_number_or_three_digits(text: str, anna: Member) -> None:
    make_contact(anna, ContactKind.PHONE, value="+491701234567")

    assert find_members(merchant=anna.merchant, text=text) == []


def test_find_by_card_in_any_spelling(anna: Member, juergen: Member) -> None:
    card = make_card(anna)

    for text in (card.number, card.grouped_number, f"K.{card.number}", rotating_text(card=card, at=NOW)):
        assert find_members(merchant=anna.merchant, text=text) == [anna]


def test_find_nothing_by_a_blank_card_or_a_voucher(anna: Member) -> None:
    blank, card = make_card(merchant=anna.merchant), make_card(anna)

    assert find_members(merchant=anna.merchant, text=blank.number) == []
    assert find_members(merchant=anna.merchant, text=f"G.{card.number}") == []


def test_find_nobody_of_another_merchant(anna: Member, other_merchant: Merchant) -> None:
    make_contact(anna, value="anna@example.org")
    make_contact(anna, ContactKind.PHONE, value="+491701234567", is_primary=True)
    card = make_card(anna)
    texts = ("Anna", "Öztürk", "anna@example.org", "0170 1234567", "4567", card.number)

    assert [find_members(merchant=anna.merchant, text=text) for text in texts] == [[anna]] * len(texts)
    assert [find_members(merchant=other_merchant, text=text) for text in texts] == [[]] * len(texts)


def test_find_nobody_who_was_erased(merchant: Merchant) -> None:
    gone = make_member(merchant, first_name="Anna", erased_at=NOW)
    card = make_card(gone)

    assert find_members(merchant=merchant, text="Anna") == []
    assert find_members(merchant=merchant, text=card.number) == []


def test_find_each_member_once_in_the_order_of_names(merchant: Merchant) -> None:
    names = [("Anna", "Zett"), ("Anna", "Adam"), ("Annabel", "Adam")]
    members = {name: make_member(merchant, first_name=name[0], last_name=name[1]) for name in names}
    for kind in (ContactKind.EMAIL, ContactKind.PHONE):
        make_contact(members["Anna", "Adam"], kind, value="+491701234567")

    assert find_members(merchant=merchant, text="anna") == [
        members[name] for name in sorted(names, key=lambda n: n[::-1])
    ]


def test_find_no_more_than_asked_for_and_never_more_than_fifty(merchant: Merchant) -> None:
    for _ in range(MAX_RESULTS + 1):
        make_member(merchant, first_name="Anna")

    assert len(find_members(merchant=merchant, text="Anna")) == 20
    assert len(find_members(merchant=merchant, text="Anna", limit=2)) == 2
    assert len(find_members(merchant=merchant, text="Anna", limit=0)) == 1
    assert len(find_members(merchant=merchant, text="Anna", limit=1000)) == MAX_RESULTS


def test_find_loads_cards_latest_first_at_a_price_that_does_not_grow(merchant: Merchant) -> None:
    counts = []
    for _ in range(2):
        for _ in range(2):
            member = make_member(merchant, first_name="Anna")
            cards = [make_card(member, issued_at=NOW.replace(year=year)) for year in (2025, 2026)]
        with CaptureQueriesContext(connection) as queries:
            found = find_members(merchant=merchant, text="Anna")
            assert list(found[-1].cards.all()) == cards[::-1]
        counts.append(len(queries))

    assert counts == [2, 2]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=130))
def test_find_any_text_is_no_error(text: str, anna: Member) -> None:
    assert find_members(merchant=anna.merchant, text=text) in ([], [anna])
