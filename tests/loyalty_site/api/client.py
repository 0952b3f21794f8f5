"""A till as it calls the API: its key, its Idempotency-Keys, and what it gets back."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.test import Client

from members.audit import Actor
from members.domain.tills import make_api_key
from members.models import Till
from tests.factories import NOW

_keys = count(1)


def fresh_key() -> str:
    """Return an Idempotency-Key that no other call used."""
    return f"till-{next(_keys)}"


@dataclass(frozen=True)
class Answer:
    """An answer: status, headers, parsed body."""

    status: int
    headers: Any  # Any: Django's case-insensitive headers
    body: Any  # Any: JSON

    @property
    def problem(self) -> tuple[int, str]:
        """Status and the end of the problem's type; fails for anything but a problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        assert self.body["status"] == self.status
        assert set(self.body) == {"type", "title", "status", "detail", "errors"}
        return self.status, self.body["type"].removeprefix("urn:problem-type:stammkarte:")

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Location, field and code of each error of a problem."""
        return [(error["location"], error["field"], error["code"]) for error in self.body["errors"]]


class TillClient:
    """Calls the API with the key of one till."""

    def __init__(self, key: str) -> None:
        self.key = key

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path below /api/v1/."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Answer:  # Any: JSON
        """POST JSON below /api/v1/ with an Idempotency-Key, a fresh one unless given."""
        return self.send("POST", path, body=body, headers={"Idempotency-Key": key or fresh_key()} | headers)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,  # Any: JSON, or raw bytes
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Send anything."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        response = Client().generic(
            method,
            f"/api/v1/{path}",
            body if isinstance(body, bytes) else _json(body),
            content_type=content_type,
            headers=sent | (headers or {}),
        )
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(response.status_code, response.headers, response.json() if is_json else response.content)


def client_of(till: Till) -> TillClient:
    """Return a client with a new key of the till."""
    return TillClient(make_api_key(till=till, actor=Actor.job("tests"), at=NOW))


def _json(body: Any) -> bytes:  # Any: JSON
    return b"" if body is None else json.dumps(body).encode()
