"""What a caller sends, and how it tells a good answer from another.

One unit of a scene is what one award takes a device: a single request, or at the counter the scan and the page that
it is sent to. A unit that is not answered as it should raises ``Unexpected``; nothing is tried again.
"""

import json
import random
import uuid
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.access import Access, Device

#: Sends one unit over a connection and returns the bytes of its bodies.
Unit = Callable[[HTTPConnection], int]
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "de"}
_JSON = {"Content-Type": "application/json", "Accept-Language": "de"}


class Unexpected(RuntimeError):
    """Not the answer of somebody who was served; the message says what came, without what was sent."""


class Caller:
    """One device: its own random choices, its own way in."""

    def __init__(self, access: Access, *, number: int, seed: int) -> None:
        self._access = access
        self._number = number
        self._random = random.Random(f"{seed}/{number}")

    def unit(self, scene: str) -> Unit:
        """Return what this caller does again and again.

        Raises:
            KeyError: there is no such scene.
        """
        return {
            "ping": self._ping,
            "cte": lambda link: self._bare(link, "/cte"),
            "real": lambda link: self._bare(link, "/real"),
            "form": self._bare_form,
            "api": lambda link: self._api(link, self._some_card()),
            "same": lambda link: self._api(link, self._access.numbers[-1]),
            "counter": self._counter,
        }[scene]

    def _some_card(self) -> str:
        return self._random.choice(self._access.numbers[:-1])

    def _device(self) -> Device:
        return self._access.devices[self._number % len(self._access.devices)]

    def _ping(self, link: HTTPConnection) -> int:
        return len(_ask(link, "GET", "/ping", "", {}, 200)[1])

    def _bare(self, link: HTTPConnection, path: str) -> int:
        headers = _JSON | {"Authorization": f"Bearer {self._random.choice(self._access.keys)}"}
        body = json.dumps({"card": self._some_card(), "key": _fresh_id()})
        return len(_ask(link, "POST", path, body, headers, 201)[1])

    def _bare_form(self, link: HTTPConnection) -> int:
        fields = {"card": self._some_card(), "key": _fresh_id()}
        answer = _ask(link, "POST", "/form", *_filled(self._device(), fields), 200)
        return len(answer[1])

    def _api(self, link: HTTPConnection, number: str) -> int:
        headers = _JSON | {
            "Authorization": f"Bearer {self._random.choice(self._access.keys)}",
            "Idempotency-Key": _fresh_id(),
        }
        cents = self._random.randint(150, 4000)
        body = json.dumps({"card": f"K.{number}", "amount_cents": cents, "receipt": f"B-{cents}"})
        _, answer = _ask(link, "POST", "/api/v1/earns", body, headers, 201)
        if json.loads(answer)["outcome"] != "posted":
            raise Unexpected("201, but not posted")
        return len(answer)

    def _counter(self, link: HTTPConnection) -> int:
        device = self._device()
        fields = {"code": f"K.{self._some_card()}", "request_id": _fresh_id(), "entry": "scan"}
        body, headers = _filled(device, fields)
        location, answer = _ask(link, "POST", "/counter/scan/", body, headers, 302)
        if not location.startswith("/counter/booking/"):
            raise Unexpected("302 to something other than a booking")
        _, shown = _ask(link, "GET", location, "", {"Cookie": device.cookie, "Accept-Language": "de"}, 200)
        return len(answer) + len(shown)


def _filled(device: Device, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return body and headers of a form that a device sends."""
    body = urlencode({"csrfmiddlewaretoken": device.csrf_token, **fields})
    return body, _FORM | {"Cookie": device.cookie}


def _ask(
    link: HTTPConnection, method: str, path: str, body: str, headers: Mapping[str, str], wanted: int
) -> tuple[str, bytes]:
    """Send one request; return where the answer points to, and its body.

    Raises:
        Unexpected: another status.
    """
    link.request(method, path, body=body.encode() if body else None, headers=dict(headers))
    answer = link.getresponse()
    content = answer.read()
    if answer.status != wanted:
        raise Unexpected(f"{answer.status} {answer.reason}")
    return answer.getheader("Location", ""), content


def _fresh_id() -> str:
    """Return an id that no other request has."""
    return uuid.uuid4().hex
