"""Counts the statements of one award: ``python -m bench.inside bench.statements ACCESS``.

In steady state: each request is made twice before it is counted, on a card and a till that were used before. BEGIN,
COMMIT and the health check of a persistent connection (one round trip for each request) are no statements here.
"""

import json
import re
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.access import Access

_TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)"?', re.IGNORECASE)
_NO_STATEMENT = frozenset({"BEGIN", "COMMIT", "ROLLBACK"})


class Counted(TypedDict):
    """What is printed: see ``results.Statements``."""

    api: list[str]
    scan: list[str]
    shown: list[str]
    api_bytes: int
    shown_bytes: int


def named(statements: Iterable[str]) -> list[str]:
    """Return each statement as its verb and first table, such as ``SELECT members_till``; without BEGIN and COMMIT."""
    found = []
    for text in statements:
        verb = text.split(maxsplit=1)[0].upper().rstrip(";")
        if verb not in _NO_STATEMENT:
            table = _TABLE.search(text)
            found.append(f"{verb} {table.group(1)}" if table else verb)
    return found


def main(arguments: list[str]) -> Counted:
    """Count; return names of statements and sizes of answers."""
    access = Access.read(Path(arguments[0]))
    for _ in range(3):  # the last one counts
        api, api_bytes = book_by_api(access)
        scan, shown, shown_bytes = book_by_form(access)
    return Counted(api=api, scan=scan, shown=shown, api_bytes=api_bytes, shown_bytes=shown_bytes)


def book_by_api(access: Access) -> tuple[list[str], int]:
    """Book once by the API; return the statements' names and the answer's size in bytes."""
    with CaptureQueriesContext(connection) as caught:
        answer = Client(enforce_csrf_checks=True).post(
            "/api/v1/earns",
            json.dumps({"card": f"K.{access.numbers[0]}", "amount_cents": 2490, "receipt": "B-1"}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {access.keys[0]}", "Idempotency-Key": uuid.uuid4().hex},
        )
    _expect(answer.status_code, 201)
    return _names(caught), len(answer.content)


def book_by_form(access: Access) -> tuple[list[str], list[str], int]:
    """Scan once at the counter; return the names for the scan and for the page it leads to, and that page's size."""
    device = access.devices[0]
    browser = Client(enforce_csrf_checks=True, headers={"Cookie": device.cookie})
    fields = {"code": f"K.{access.numbers[0]}", "request_id": uuid.uuid4().hex, "entry": "scan"}
    with CaptureQueriesContext(connection) as caught:
        answer = browser.post("/counter/scan/", fields | {"csrfmiddlewaretoken": device.csrf_token})
    _expect(answer.status_code, 302)
    with CaptureQueriesContext(connection) as caught_after:
        page = browser.get(answer.headers["Location"])
    _expect(page.status_code, 200)
    return _names(caught), _names(caught_after), len(page.content)


def _names(caught: CaptureQueriesContext) -> list[str]:
    return named(query["sql"] for query in caught.captured_queries)


def _expect(status: int, wanted: int) -> None:
    """Stop at an answer that nobody wants to count."""
    if status != wanted:
        raise RuntimeError(f"answered {status} instead of {wanted}")
