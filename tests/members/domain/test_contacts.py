"""One spelling of names, addresses and numbers, and clear refusals of what is none."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from members.domain.contacts import normal_contact, normal_email, normal_name, normal_phone, normal_postal
from members.models import ContactKind


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna   Lena ", "Anna Lena"),
        ("Anna\r\nLena\t", "Anna Lena"),
        ("An\0na\x1b[31m", "Anna[31m"),
        ("\u202eanna\u202c", "anna"),
        ("An\u200bna\ufeff", "Anna"),
        ("Ju\u0308rgen", "Jürgen"),
        ("O’Neill-Şahin d'Arc", "O’Neill-Şahin d'Arc"),
        ("李 小龙", "李 小龙"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_name_is_kept_in_one_visible_spelling(typed: str, kept: str) -> None:
    assert normal_name(typed, field="first_name") == kept


@pytest.mark.parametrize("typed", ["Gewinn unter www.example.org", "https://example.org", "anna@example.org", "WWW.x"])
def test_name_that_is_an_address_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        normal_name(typed, field="last_name")

    assert list(refusal.value.message_dict) == ["last_name"]
    assert typed not in str(refusal.value)


def test_name_of_81_characters_is_refused_and_of_80_kept() -> None:
    assert normal_name("ä" * 80, field="name") == "ä" * 80
    with pytest.raises(ValidationError) as refusal:
        normal_name("ä" * 81, field="name")
    with translation.override("en"):
        assert refusal.value.message_dict == {"name": ["At most 80 characters."]}


@pytest.mark.parametrize("typed", ["Anna.B@Example.ORG", " anna.b@example.org\n", "anna.b@\u200bexample.org"])
def test_email_is_kept_in_lower_case(typed: str) -> None:
    assert normal_email(typed) == "anna.b@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "anna", "anna@", "@example.org", "a b@example.org", "a@b@example.org", "anna@example", "a@x.org, b@x.de"),
        *("a@example.org\nBcc: b@example.org", "a" * 300 + "@example.org", "a@" + "b." * 130 + "org"),
    ],
)
def test_email_that_is_none_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        normal_email(typed)

    assert list(refusal.value.message_dict) == ["email"]
    assert not typed or typed not in str(refusal.value)


@pytest.mark.parametrize(
    "typed", ["0170 1234567", "+49 170 1234567", "0049170/123 45 67", "(0170) 123-4567", "+49 (0)170 1234567"]
)
def test_phone_is_kept_as_e164(typed: str) -> None:
    assert normal_phone(typed) == "+491701234567"


@pytest.mark.parametrize(
    ("typed", "kept"), [("+43 664 1234567", "+436641234567"), ("+41 79 123 45 67", "+41791234567")]
)
def test_phone_of_another_country_needs_its_prefix(typed: str, kept: str) -> None:
    assert normal_phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "12", "anna", "0179 88", "+999 170 1234567", "0" * 999, "0170 1234567 und mehr 9"]
)
def test_phone_that_is_none_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        normal_phone(typed)

    assert list(refusal.value.message_dict) == ["phone"]
    assert len(typed) < 4 or typed not in str(refusal.value)


def test_postal_address_keeps_its_lines() -> None:
    typed = " Anna  Beispiel\r\n\nHauptstr. 1\n 10115 Berlin \n"

    assert normal_postal(typed) == "Anna Beispiel\nHauptstr. 1\n10115 Berlin"


@pytest.mark.parametrize("typed", ["", " \n ", "x" * 321])
def test_postal_address_missing_or_too_long_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        normal_postal(typed)

    assert list(refusal.value.message_dict) == ["postal"]


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (ContactKind.EMAIL, "A@Example.org", "a@example.org"),
        (ContactKind.PHONE, "0170 1234567", "+491701234567"),
        (ContactKind.POSTAL, "Hauptstr. 1\n\n10115 Berlin", "Hauptstr. 1\n10115 Berlin"),
    ],
)
def test_contact_is_spelled_by_its_kind(kind: ContactKind, typed: str, kept: str) -> None:
    assert normal_contact(kind, typed) == kept


def _name(text: str) -> str:
    return normal_name(text, field="name")


@pytest.mark.parametrize("normal", [_name, normal_email, normal_phone, normal_postal])
@given(text=st.text(max_size=90) | st.text("0123456789+-()/ @.äA\u202e\0\n", max_size=40))
def test_any_text_is_refused_or_kept_in_a_stable_storable_spelling(normal: Callable[[str], str], text: str) -> None:
    try:
        kept = normal(text)
    except ValidationError:
        return

    assert normal(kept) == kept
    assert not {"\0", "\r", "\u202e"} & set(kept)
    kept.encode()
