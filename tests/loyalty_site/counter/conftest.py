"""A paired device with somebody on shift, and short ways to scan."""

import uuid
from typing import TYPE_CHECKING, Protocol

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty_site.counter.device import COOKIE
from members.audit import Actor
from members.domain.tills import pair_device, start_pairing
from members.models import Staff, Till
from tests.factories import PIN

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer  # what the client really returns
else:
    from django.http import HttpResponse as Answer

__all__ = ["Answer", "Scan", "device_of", "new_id", "sign_in", "undo_address"]


def device_of(till: Till) -> Client:
    """Return a browser that is paired with the till, before any shift."""
    at = timezone.now()
    paired = pair_device(code=start_pairing(till=till, actor=Actor.job("test"), at=at), at=at)
    assert paired is not None
    client = Client()
    client.cookies[COOKIE] = paired.device_token
    return client


def sign_in(client: Client, staff: Staff, pin: str = PIN) -> Answer:
    """Enter a PIN at the device."""
    return client.post(reverse("counter:shift_start"), {"staff": str(staff.public_id), "pin": pin})


def new_id() -> str:
    """Return a request id as pages make them."""
    return str(uuid.uuid4())


def undo_address(response: Answer) -> str:
    """Return where the booking that a page shows is undone."""
    return str(response.context["outcome"].undo_url)


class Scan(Protocol):
    """Scans a code at the desk."""

    def __call__(self, code: str, *, request_id: str = ..., entry: str = ..., follow: bool = ...) -> Answer: ...


@pytest.fixture
def device(till: Till) -> Client:
    """The paired device of the till."""
    return device_of(till)


@pytest.fixture
def desk(device: Client, cashier: Staff) -> Client:
    """The device with the cashier on shift."""
    assert sign_in(device, cashier).status_code == 302
    return device


@pytest.fixture
def scan(desk: Client) -> Scan:
    """Scan at the desk, following to what came of it."""

    def scan_code(code: str, *, request_id: str = "", entry: str = "scan", follow: bool = True) -> Answer:
        fields = {"code": code, "request_id": request_id or new_id(), "entry": entry}
        return desk.post(reverse("counter:scan"), fields, follow=follow)

    return scan_code
