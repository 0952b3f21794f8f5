"""Log lines: contacts and card numbers never get through, what one searches for does."""

import json
import logging
import uuid
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from loyalty_site.web.logs import JsonFormatter, RequestFilter, clear_context, masked, set_context
from members.card_numbers import ALPHABET, check_symbol, grouped, new_number
from members.models import Merchant, Store
from tests.factories import make_store

CARD = "4DJJW4FWA05W"
SECRETS = [
    "anna.meier@example.org",
    "anna+karte@mail.example.co.at",
    "ÄnneMüller@müller.example",
    "anna%40example.org",
    "+49 176 1234567",
    "+491761234567",
    "+43 (0)660 / 12 34 567",
    "0049 30 123456",
    "0176/1234567",
    "0176-123 45 67",
    "(030) 123456",
    "030 12 34 56 78",
    "491761234567",
    "176 1234567",
    "41 79 123 45 67",
    CARD,
    "4DJJ W4FW A05W",
    "4DJJ-W4FW-A05W",
    "4DJJ.W4FW.A05W",
    CARD.lower(),
    f"K.{CARD}",
    f"T.{CARD}.1A2B3C4D",
]
READABLE = [
    "123e4567-e89b-12d3-a456-426614174000",
    "12345678-1234-4234-8234-123456789012",
    "123E4567-E89B-12D3-A456-426614174000",
    "2026-11-24",
    "2026-11-24 13:55:29",
    "2026-11-24T13:55:29.123456+00:00",
    "2026-11-24 13:55:29,123",
    "24.11.2026",
    "24/11/2026 13:55:29",
    "13:55:29",
    "1732455329.123",
    "0.1234567891",
    "123456789",
    "1.234.567,89 €",
    "127.0.0.1:8000",
    "192.168.100.200",
    "0x7f3a4b2c1d00",
    "job-123456",
    "a3f5c9d2e1b40718",
    "verification",
    "HTTP/1.1 200 5120",
    "line 42, in 3 of 100",
]


@pytest.fixture(autouse=True)
def _clean_context() -> Iterator[None]:
    yield
    clear_context()


def line_of(record: logging.LogRecord) -> str:
    RequestFilter().filter(record)
    return JsonFormatter().format(record)


def record(message: str, *args: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("some.library", logging.ERROR, "file.py", 1, message, args, info)
    made.__dict__.update(extra)
    return made


def test_card_of_these_tests_is_a_valid_one() -> None:
    assert check_symbol(CARD[:-1]) == CARD[-1]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "to {}.", "to={},", "(key)=({}) exists", "https://x.example/c/{}", "'{}'"])
def test_masked_with_a_contact_or_card_leaves_nothing_of_it(secret: str, around: str) -> None:
    masked_text = masked(around.format(secret))
    assert secret not in masked_text
    assert any(placeholder in masked_text for placeholder in ("[e-mail]", "[number]", "[card]"))
    assert sum(map(str.isdigit, masked_text)) <= 2


@pytest.mark.parametrize("text", READABLE)
def test_masked_with_what_one_searches_for_keeps_it(text: str) -> None:
    assert masked(text) == text
    assert masked(f"seen {text} in job 17") == f"seen {text} in job 17"


def test_masked_with_a_date_beside_a_contact_masks_the_contact_alone() -> None:
    assert masked("2026-11-24 +49 176 1234567 2026-11-25") == "2026-11-24 [number] 2026-11-25"
    assert masked("anna.2026-11-24@example.org at 10:00") == "[e-mail] at 10:00"


@given(st.text(alphabet=ALPHABET, min_size=11, max_size=11))
def test_masked_with_any_card_number_masks_it(body: str) -> None:
    number = body + check_symbol(body)
    for spelling in (number, grouped(number), number.lower(), f"K.{number}"):
        assert number not in masked(f"card {spelling} seen").upper().replace(" ", "")


@given(st.uuids())
def test_masked_with_any_uuid_keeps_it(value: uuid.UUID) -> None:
    assert masked(f"id {value}") == f"id {value}"


@given(st.text())
def test_masked_with_any_text_twice_changes_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_masked_with_a_code_that_says_so_masks_it() -> None:
    assert masked("your code: 384920, PIN=2846") == "your code: [code], PIN=[code]"
    assert masked("exit code 137, status code 500") == "exit code 137, status code 500"


def test_formatter_with_contacts_in_message_and_arguments_masks_them() -> None:
    line = line_of(record("mail to %s (%s) failed", "anna@example.org", {"phone": "+49 176 1234567"}))
    assert json.loads(line)["message"] == "mail to [e-mail] ({'phone': '[number]'}) failed"


def test_formatter_with_a_traceback_masks_its_text() -> None:
    try:
        raise ValueError(f"no member anna@example.org with {CARD} and 0176 1234567")
    except ValueError as error:
        line = line_of(record("broken", error=error))
    assert "ValueError: no member [e-mail] with [card] and [number]" in json.loads(line)["exc_info"]
    assert not any(secret in line for secret in ("anna@", CARD, "1234567"))


def test_formatter_with_contacts_in_extras_masks_them_at_any_depth() -> None:
    class Person:
        def __str__(self) -> str:
            return "anna@example.org"

    line = line_of(
        record("x", to=["anna@example.org", {"anna@example.org": ("+491761234567", 17)}], who=Person(), job_id=123456)
    )
    data = json.loads(line)
    assert data["to"] == ["[e-mail]", {"[e-mail]": ["[number]", 17]}]
    assert (data["who"], data["job_id"]) == ("[e-mail]", 123456)


def test_formatter_with_djangos_request_does_not_quote_its_query() -> None:
    request = RequestFactory().get("/m/morgenrot/verify", {"t": "secret-token"})
    line = line_of(record("Internal Server Error: %s", request.path, request=request, status_code=500))
    assert "secret-token" not in line
    assert json.loads(line)["status_code"] == 500


def test_formatter_writes_one_line_with_time_level_logger_request_and_merchant() -> None:
    set_context(request_id="abcdef123456", merchant="morgenrot")
    data = json.loads(line_of(record("two\nlines")))
    assert set(data) == {"time", "level", "logger", "message", "request_id", "merchant"}
    assert (data["level"], data["logger"], data["message"]) == ("ERROR", "some.library", "two\nlines")
    assert (data["request_id"], data["merchant"]) == ("abcdef123456", "morgenrot")
    assert "\n" not in line_of(record("two\nlines"))
    clear_context()
    assert json.loads(line_of(record("x")))["request_id"] == ""


def test_formatter_with_a_database_error_drops_the_row_it_quotes(merchant: Merchant) -> None:
    store = make_store(merchant, name="Hauptstrasse")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Store.objects.create(merchant=merchant, name=store.name)
    line = line_of(record("broken", error=caught.value))
    assert "Hauptstrasse" not in line
    assert "IntegrityError" in line
    detail = "duplicate key\nDETAIL:  Key (name)=(Anna Meier) already exists.\nCONTEXT:  COPY x, line 1: Anna"
    assert masked(repr(detail)) == r"'duplicate key\nDETAIL: [row]"
    assert masked(detail) == "duplicate key\nDETAIL: [row]\nCONTEXT: [row]"


def test_new_numbers_as_the_product_makes_them_are_masked() -> None:
    assert {masked(new_number()) for _ in range(50)} == {"[card]"}
