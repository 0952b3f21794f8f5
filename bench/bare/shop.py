"""Fills an empty database for the bare application: ``python -m bench.inside bench.bare.shop FILE MEMBERS``.

Writes ``access`` to FILE and returns the statements of ``cte``, ``real`` and ``form``, counted as for the product.
"""

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice

from bench.access import Access, Device
from bench.bare.models import Balance, Card, Member, Merchant, Program, Rule, Staff, Token
from bench.statements import named

STAFF = 16
CHUNK = 2_000


def main(arguments: list[str]) -> dict[str, int]:
    """Prepare the database, write the way in, count."""
    path, members = Path(arguments[0]), int(arguments[1])
    # Twice: tables of apps without migrations come first, and ours points at those of Django's apps.
    for with_ours in (False, True):
        call_command("migrate", run_syncdb=with_ours, interactive=False, verbosity=0)
    merchant = Merchant.objects.create(name="Messbecher")
    program = Program.objects.create(merchant=merchant, name="Punkte")
    Rule.objects.bulk_create([Rule(program=program, points=points) for points in (1, 2, 3)])
    people = [Member(merchant=merchant, name=f"Anna {number}") for number in range(members)]
    Member.objects.bulk_create(people, batch_size=CHUNK)
    cards = [Card(merchant=merchant, member=person, number=f"B{person.pk:011d}") for person in people]
    Card.objects.bulk_create(cards, batch_size=CHUNK)
    Balance.objects.bulk_create([Balance(card=card) for card in cards], batch_size=CHUNK)
    doors = [_let_in(merchant, number) for number in range(STAFF)]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    access = Access(
        keys=tuple(key for key, _ in doors),
        devices=tuple(device for _, device in doors),
        numbers=tuple(card.number for card in cards),
    )
    access.write(path)
    return {name: _count(access, name) for name in ("cte", "real", "form")}


def _let_in(merchant: Merchant, number: int) -> tuple[str, Device]:
    """Write a person with a key and a browser that is logged in with a second factor."""
    user = User.objects.create_user(username=f"bench-{number}")
    staff = Staff.objects.create(merchant=merchant, user=user, name=f"Carla {number}")
    key = secrets.token_hex(16)
    Token.objects.create(staff=staff, key=key)
    browser = Client()
    login: Any = browser.force_login  # Any: its type is that of the product's users
    login(user)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = StaticDevice.objects.create(user=user, name="bench").persistent_id
    session.save()
    request = RequestFactory().get("/")
    token = get_token(request)
    cookie = f"sessionid={session.session_key}; csrftoken={request.META['CSRF_COOKIE']}"
    return key, Device(cookie=cookie, csrf_token=token)


def _count(access: Access, name: str) -> int:
    """Return the statements of an endpoint, the second time it is asked."""
    _ask(access, name)
    with CaptureQueriesContext(connection) as caught:
        _ask(access, name)
    return len(named(query["sql"] for query in caught.captured_queries))


def _ask(access: Access, name: str) -> None:
    """Ask an endpoint for an award.

    Raises:
        RuntimeError: there was none.
    """
    fields, device = {"card": access.numbers[0], "key": uuid.uuid4().hex}, access.devices[0]
    if name == "form":
        browser = Client(enforce_csrf_checks=True, headers={"Cookie": device.cookie})
        answer = browser.post("/form", fields | {"csrfmiddlewaretoken": device.csrf_token})
    else:
        headers = {"Authorization": f"Bearer {access.keys[0]}"}
        answer = Client().post(f"/{name}", json.dumps(fields), content_type="application/json", headers=headers)
    if answer.status_code not in {200, 201}:
        raise RuntimeError(f"{name} answered {answer.status_code}")
