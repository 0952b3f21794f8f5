"""What every request passes: keys, sizes, media types, JSON, languages; and that errors show nothing of the inside."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from loyalty_site.api.app import api as the_api
from loyalty_site.api.door import LARGEST_BODY_BYTES, language_of
from members.audit import Actor
from members.domain.tills import make_api_key, revoke_api_key
from members.models import Card, Merchant, Till
from rewards.models import Booking, Program
from tests.factories import NOW
from tests.loyalty_site.api.client import TillClient, client_of, fresh_key


def sale(card: Card, **extra: Any) -> dict[str, Any]:  # Any: JSON
    """Return a body that would be booked."""
    return {"card": card.number, "amount_cents": 500} | extra


@pytest.fixture(autouse=True)
def _nothing_booked(request: pytest.FixtureRequest, merchant: Merchant, points: Program) -> Any:  # Any: a generator
    """Whatever is refused here must not have written anything."""
    yield
    if "books" not in request.node.name:
        assert not Booking.objects.for_merchant(merchant).exists()


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", "Basic dGlsbDp4", "Bearer stk_0_x", "bearer  ", "ü"]
)
def test_without_a_valid_key_nothing_opens(api: TillClient, card: Card, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    stranger = TillClient("")
    for method, path in (("POST", "earns"), ("GET", f"cards/{card.number}"), ("POST", "returns")):
        answer = stranger.send(method, path, body=sale(card), headers=headers | {"Idempotency-Key": fresh_key()})
        assert answer.problem == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_revoked_rotated_and_sleeping_keys_open_nothing(till: Till, card: Card) -> None:
    old = client_of(till)
    assert old.get(f"cards/{card.number}").status == 200
    new = client_of(till)
    assert old.get(f"cards/{card.number}").problem == (401, "unauthorized")
    assert new.get(f"cards/{card.number}").status == 200
    revoke_api_key(till=till, actor=Actor.job("tests"), at=NOW)
    assert new.get(f"cards/{card.number}").problem == (401, "unauthorized")
    key = make_api_key(till=till, actor=Actor.job("tests"), at=NOW)
    Till.objects.for_merchant(till.merchant).update(is_active=False)
    assert TillClient(key).get(f"cards/{card.number}").problem == (401, "unauthorized")


def test_a_call_is_remembered_as_seen(api: TillClient, till: Till, card: Card) -> None:
    before = timezone.now()
    api.get(f"cards/{card.number}")
    till.refresh_from_db()
    assert till.last_seen_at is not None
    assert till.last_seen_at >= before


def test_key_reaches_no_log(api: TillClient, card: Card, caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    settings.DEBUG = True
    caplog.set_level("DEBUG")
    TillClient("").send("GET", f"cards/{card.number}", headers={"Authorization": f"Token {api.key}"})
    TillClient(f"{api.key}x").get(f"cards/{card.number}")
    assert api.key not in caplog.text


@pytest.mark.parametrize("path", ["", "nothing", "earns/", "earns/1/2/3", "cards", "docs/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_address_is_a_problem(api: TillClient, settings: Settings, path: str, method: str) -> None:
    settings.DEBUG = True
    assert api.send(method, path, body={}).problem == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "earns", "POST"), ("PUT", "returns", "POST"), ("DELETE", "cards/1", "GET"), ("OPTIONS", "earns", "POST")],
)
def test_wrong_method_is_a_problem_that_names_the_right_ones(
    api: TillClient, method: str, path: str, allowed: str
) -> None:
    answer = api.send(method, path)
    assert (answer.problem, answer.headers["Allow"]) == ((405, "method-not-allowed"), allowed)


def test_post_needs_an_idempotency_key(api: TillClient, card: Card) -> None:
    for path in ("earns", "redemptions", "returns"):
        answer = api.send("POST", path, body={})
        assert answer.problem == (422, "not-understood")
        assert ("header", "Idempotency-Key", "missing") in answer.faults
    answer = api.send("POST", "earns/5b0c9a3e-6f0e-4c1b-9d3b-2f6f0d3c8a11/undo")
    assert answer.faults == [("header", "Idempotency-Key", "missing")]


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "schlüssel", "a\tb", "a\x7f", "expire:1:2"])
def test_unusable_idempotency_key_is_not_understood(api: TillClient, card: Card, key: str) -> None:
    answer = api.send("POST", "earns", body=sale(card), headers={"Idempotency-Key": key})
    assert answer.problem == (422, "not-understood")
    assert [fault[:2] for fault in answer.faults] == [("header", "Idempotency-Key")]


@pytest.mark.parametrize("key", ["x", "x" * 64, "~!", "a b c"])
def test_usable_idempotency_key_books(api: TillClient, card: Card, merchant: Merchant, key: str) -> None:
    assert api.post("earns", sale(card), key=key).status == 201
    assert Booking.objects.for_merchant(merchant).get().request_id == key


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"",
        b'{"card": NaN}',
        b'{"amount_cents": Infinity, "card": "x"}',
        b"[" * 100_000,
        b'{"amount_cents": ' + b"9" * 5_000 + b"}",
        '{"card": "x"}'.encode("utf-16"),
        b"{'card': 'x'}",
    ],
    ids=["cut", "bytes", "empty", "nan", "infinity", "deep", "digits", "utf-16", "quotes"],
)
def test_body_that_is_no_json_is_not_understood(api: TillClient, body: bytes) -> None:
    answer = api.send("POST", "earns", body=body, headers={"Idempotency-Key": fresh_key()})
    assert answer.problem[0] == 422
    assert answer.problem[1] == ("not-understood" if body == b"" else "malformed-json")


@pytest.mark.parametrize("body", [b"[]", b"null", b"17", b'"text"'])
def test_body_that_is_no_object_is_not_understood(api: TillClient, body: bytes) -> None:
    answer = api.send("POST", "earns", body=body, headers={"Idempotency-Key": fresh_key()})
    assert answer.problem == (422, "not-understood")
    assert [fault[:2] for fault in answer.faults] == [("body", "")]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                     "application/json; charset=latin-1"]
)  # fmt: skip
def test_other_media_types_are_refused(api: TillClient, card: Card, content_type: str) -> None:
    answer = api.send(
        "POST", "earns", body=sale(card), headers={"Idempotency-Key": fresh_key()}, content_type=content_type
    )
    assert answer.problem == (415, "unsupported-media-type")


def test_json_with_its_charset_books(api: TillClient, card: Card) -> None:
    headers = {"Idempotency-Key": fresh_key()}
    answer = api.send("POST", "earns", body=sale(card), headers=headers, content_type="application/json; charset=UTF-8")
    assert answer.status == 201


def test_oversized_body_is_refused(api: TillClient, card: Card) -> None:
    answer = api.post("earns", sale(card, receipt="x" * LARGEST_BODY_BYTES))
    assert answer.problem == (413, "too-large")


def test_longest_sale_fits_through_the_door_and_books(api: TillClient, card: Card) -> None:
    items = [{"sku": "𝄞" * 64, "category": "𝄞" * 64, "quantity": 10_000, "amount_cents": -10_000_000}] * 200
    body = json.dumps(sale(card, items=items, receipt="𝄞" * 64)).encode()
    assert len(body) < LARGEST_BODY_BYTES
    assert api.send("POST", "earns", body=body, headers={"Idempotency-Key": fresh_key()}).status == 201


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"card": ""}, "card"),
        ({"card": "x" * 301}, "card"),
        ({"card": "K.4DJJ\x00W4FWA05W"}, "card"),
        ({"card": "\ud800"}, "card"),
        ({"card": 17}, "card"),
        ({"card": None}, "card"),
        ({"amount_cents": -1}, "amount_cents"),
        ({"amount_cents": 10_000_001}, "amount_cents"),
        ({"amount_cents": 2**63}, "amount_cents"),
        ({"amount_cents": 10**30}, "amount_cents"),
        ({"amount_cents": 5.0}, "amount_cents"),
        ({"amount_cents": "5"}, "amount_cents"),
        ({"amount_cents": True}, "amount_cents"),
        ({"receipt": "x" * 65}, "receipt"),
        ({"receipt": "a\x00b"}, "receipt"),
        ({"receipt": "a\nb"}, "receipt"),
        ({"receipt": "\udfff"}, "receipt"),
        ({"occurred_at": "2026-11-24T10:00:00"}, "occurred_at"),
        ({"occurred_at": 1_764_000_000}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+23:59"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-23:59"}, "occurred_at"),
        ({"items": [{"sku": "a", "quantity": 1, "amount_cents": 1}] * 201}, "items"),
        ({"items": [{"sku": "", "quantity": 1, "amount_cents": 1}]}, "items.0.sku"),
        ({"items": [{"sku": "a", "quantity": 0, "amount_cents": 1}]}, "items.0.quantity"),
        ({"items": [{"sku": "a", "quantity": 1, "amount_cents": 2**70}]}, "items.0.amount_cents"),
        ({"items": [{"sku": "a", "quantity": 1, "amount_cents": 1, "price": 1}]}, "items.0.price"),
        ({"member": "Anna"}, "member"),
        ({"\ud800": 1}, ""),
        ({"x" * 1_000: 1}, "x" * 200),
    ],
)
def test_fields_out_of_bounds_are_named(api: TillClient, card: Card, extra: dict[str, Any], field: str) -> None:
    answer = api.post("earns", sale(card) | extra)
    assert answer.problem == (422, "not-understood")
    assert [(fault[0], fault[1]) for fault in answer.faults] == [("body", field)]


def test_thousands_of_faults_are_answered_with_some(api: TillClient, card: Card) -> None:
    answer = api.post("earns", sale(card) | {f"x{number}": 1 for number in range(5_000)})
    assert (answer.problem, len(answer.faults)) == ((422, "not-understood"), 50)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("", "de"), ("en", "en"), ("en-US,en;q=0.9", "en"), ("fr, en;q=0.8, de;q=0.5", "en"), ("de-AT", "de"), ("*", "de"),
     ("fr", "de"), ("x" * 10_000, "de"), ("EN", "en")],
)  # fmt: skip
def test_language_is_that_of_the_header(wanted: str, language: str) -> None:
    headers = {"Accept-Language": wanted} if wanted else {}
    assert language_of(RequestFactory().get("/", headers=headers)) == language


def test_problem_speaks_the_language_asked_for_and_not_that_of_a_cookie(api: TillClient) -> None:
    client = Client()
    client.cookies["django_language"] = "de"
    answer = client.get("/api/v1/earns", headers={"Accept-Language": "en"})
    assert (answer.json()["title"], answer.headers["Content-Language"]) == ("Not possible here", "en")


def test_no_answer_is_kept_by_a_cache(api: TillClient, card: Card) -> None:
    for answer in (api.get(f"cards/{card.number}"), api.get("nothing"), TillClient("").get("cards/1")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"Accept-Language", "Authorization"} <= set(answer.headers["Vary"].split(", "))


def test_mistake_of_the_program_is_logged_and_shows_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = True
    response = the_api.on_exception(RequestFactory().get("/"), RuntimeError("inner detail"))
    assert (response.status_code, response.headers["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(response.content)["type"] == "urn:problem-type:stammkarte:failed"
    assert b"inner detail" not in response.content
    assert b"Traceback" not in response.content
    assert "inner detail" in caplog.text


class _LockTimeout(Exception):
    """What the driver raises below Django's error."""

    sqlstate = "55P03"


@pytest.mark.parametrize(
    ("cause", "message", "expected"),
    [(_LockTimeout(), "", (409, "in-progress")), (None, "database is locked", (409, "in-progress")),
     (None, "connection refused", (503, "unavailable"))],
)  # fmt: skip
def test_busy_card_and_absent_database_ask_for_another_try(
    cause: Exception | None, message: str, expected: tuple[int, str]
) -> None:
    error = OperationalError(message)
    error.__cause__ = cause
    response = the_api.on_exception(RequestFactory().get("/"), error)
    kind = json.loads(response.content)["type"].rpartition(":")[2]
    assert (response.status_code, kind) == expected
    assert int(response.headers["Retry-After"]) >= 1
