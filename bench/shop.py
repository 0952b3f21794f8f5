"""Fills an empty database with one shop, for a run: ``python -m bench.inside bench.shop FILE MEMBERS``.

One stamp card and one points program with three rules and a reward; a cap of units for each card and one of bookings
for each person, both too high to refuse, so that limits are charged and never in the way (a time lock would be). Tills
with keys are as many as the API's brake of calls a minute asks for; each counter device has its own till and person,
paired and on shift through the very pages. Every card was used before: its accounts are open, as after a first visit.
Members come in bulk, past the domain. Collects static files once. Writes ``access`` to FILE; reads the clock.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.access import Access, Device
from fraud.models import Limit, LimitKind, LimitSubject
from loyalty_site.counter.device import COOKIE
from members.audit import Actor
from members.card_numbers import new_number
from members.domain.merchants import touch_rules
from members.domain.tills import make_api_key, pair_device, start_pairing
from members.models import Card, Member, Merchant, Role, Staff, Store, Till
from rewards.domain.programs import save_program, save_reward, save_rule
from rewards.models import Account, AccountKind, Program, ProgramKind, ProgramState, Reward

SLUG = "bench"
PIN = "2846"
API_TILLS = 64
DEVICES = 16
CHUNK = 2_000
NO_CAP = 2_000_000_000
ACTOR = Actor.job("bench")

Definition = Mapping[str, object]
_STAMPS: Mapping[str, Definition] = {"je Besuch": {"then": [{"kind": "fixed", "units": 1}]}}
_POINTS: Mapping[str, Definition] = {
    "je Euro": {"then": [{"kind": "per_amount", "units": 1, "per_cents": 100, "carry": True}]},
    "großer Einkauf": {
        "when": [{"kind": "amount", "minimum_cents": 2000}],
        "then": [{"kind": "fixed", "units": 5}],
    },
}


def main(arguments: list[str]) -> dict[str, int]:
    """Prepare the database, write the way in to a file, return how many members there are."""
    path, members = Path(arguments[0]), int(arguments[1])
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    at = timezone.now()
    merchant = Merchant.objects.create(slug=SLUG, name="Bäckerei Messbecher")
    store = Store.objects.create(merchant=merchant, name="Markt")
    programs = add_programs(merchant=merchant, at=at)
    add_limits(merchant=merchant)
    numbers = [
        number
        for count in _chunks(members)
        for number in add_members(merchant=merchant, programs=programs, count=count, at=at)
    ]
    keys = [_open_till(store, f"Kasse {number}", at) for number in range(1, API_TILLS + 1)]
    devices = add_devices(store=store, at=at)
    with connection.cursor() as cursor:
        # What the planner would know after a night.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    Access(keys=tuple(keys), devices=tuple(devices), numbers=tuple(numbers)).write(path)
    return {"members": len(numbers)}


def add_programs(*, merchant: Merchant, at: datetime) -> tuple[Program, Program]:
    """Write a stamp card with a reward, and points with two rules."""
    stamps = _program(merchant, "Frühstückskarte", ProgramKind.STAMP_CARD, ("stamp", "Stempel", "Stempel"), _STAMPS, at)
    points = _program(merchant, "Punkte", ProgramKind.POINTS, ("point", "Punkt", "Punkte"), _POINTS, at)
    save_reward(reward=Reward(merchant=merchant, program=stamps, name="Frühstück für zwei", price=10))
    return stamps, points


def add_limits(*, merchant: Merchant) -> None:
    """Write two caps that are charged at each booking and refuse none."""
    for kind, subject in ((LimitKind.UNITS, LimitSubject.CARD), (LimitKind.BOOKINGS, LimitSubject.STAFF)):
        Limit.objects.create(merchant=merchant, kind=kind, subject=subject, maximum=NO_CAP)
    touch_rules(merchant=merchant)


def add_members(*, merchant: Merchant, programs: tuple[Program, ...], count: int, at: datetime) -> list[str]:
    """Write members with a card and its accounts; return the cards' numbers."""
    joined = at - timedelta(days=30)
    members = Member.objects.bulk_create(
        [
            Member(merchant=merchant, first_name="Anna", last_name=f"Beispiel {secrets.token_hex(4)}", joined_at=joined)
            for _ in range(count)
        ]
    )
    cards = Card.objects.bulk_create(
        [
            Card(merchant=merchant, member=member, number=new_number(), issued_at=joined, first_used_at=joined)
            for member in members
        ]
    )
    # As ``rewards.domain.ledger.open_accounts`` leaves them: empty, at the start of their chain.
    Account.objects.bulk_create(
        [
            Account(
                merchant=merchant, card=card, program=program, kind=AccountKind.AVAILABLE, unit=program.unit, balance=0
            )
            for card in cards
            for program in programs
        ]
    )
    return [card.number for card in cards]


def add_devices(*, store: Store, at: datetime) -> list[Device]:
    """Write counter tills, each with a paired browser and somebody on shift."""
    # Hashed once: hashing is slow on purpose.
    pin_hash = make_password(PIN)
    # One after the other in the same client: each new one would load the middleware anew.
    browser = Client(enforce_csrf_checks=True)
    devices = []
    for number in range(1, DEVICES + 1):
        till = Till.objects.create(merchant=store.merchant, store=store, name=f"Theke {number}")
        person = Staff.objects.create(
            merchant=store.merchant, name=f"Carla {number}", role=Role.CASHIER, pin_hash=pin_hash
        )
        devices.append(_on_shift(browser, till, person, at))
    return devices


def _program(
    merchant: Merchant,
    name: str,
    kind: ProgramKind,
    words: tuple[str, str, str],
    rules: Mapping[str, Definition],
    at: datetime,
) -> Program:
    """Write a live program; ``words``: the unit's short name, one, many."""
    unit, singular, plural = words
    program = save_program(
        program=Program(
            merchant=merchant,
            name=name,
            kind=kind,
            state=ProgramState.LIVE,
            unit=unit,
            unit_singular=singular,
            unit_plural=plural,
            expiry_months=36,
        )
    )
    for position, (rule, definition) in enumerate(rules.items()):
        save_rule(program=program, name=rule, definition=definition, at=at - timedelta(days=60), position=position)
    return program


def _open_till(store: Store, name: str, at: datetime) -> str:
    """Write the till of a cash register and return its key."""
    till = Till.objects.create(merchant=store.merchant, store=store, name=name)
    return make_api_key(till=till, actor=ACTOR, at=at)


def _on_shift(browser: Client, till: Till, person: Staff, at: datetime) -> Device:
    """Pair the emptied browser with the till and begin the person's shift, by the forms that people use.

    Raises:
        RuntimeError: the pages did not let them.
    """
    paired = pair_device(code=start_pairing(till=till, actor=ACTOR, at=at), at=at)
    if paired is None:
        raise RuntimeError("the device could not be paired")
    browser.cookies.clear()
    browser.cookies[COOKIE] = paired.device_token
    page = reverse("counter:shift_start")
    browser.get(page)
    token = browser.cookies["csrftoken"].value
    answer = browser.post(page, {"staff": str(person.public_id), "pin": PIN, "csrfmiddlewaretoken": token})
    if answer.status_code != 302:
        raise RuntimeError(f"the shift did not begin: {answer.status_code}")
    browser.get(reverse("counter:home"))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items() if morsel.value)
    return Device(cookie=cookie, csrf_token=browser.cookies["csrftoken"].value)


def _chunks(total: int) -> Iterator[int]:
    """Yield sizes that add up to ``total``."""
    for begin in range(0, total, CHUNK):
        yield min(CHUNK, total - begin)
