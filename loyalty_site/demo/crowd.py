"""The silent majority of a large demo: members with contacts, consents and cards, but without bookings.

Written in bulk, past the domain's functions (whose normal forms ``people`` already speaks): 100,000 of them take a
minute, where 100,000 enrollments would take an hour. They have no accounts: those belong to the ledger alone, and
come with a card's first booking.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Final

from loyalty_site.demo.people import Person
from loyalty_site.demo.writer import Shop
from members.card_numbers import new_number
from members.models import Card, CardState, Consent, ConsentPurpose, Contact, ContactKind, Member

CHUNK: Final = 2_000
TERMS_VERSION: Final = "2026-01"


def add_crowd(
    *,
    shop: Shop,
    persons: Iterator[Person],
    count: int,
    rng: random.Random,
    opened_at: datetime,
    until_at: datetime,
    tell: Callable[[int], None],
) -> None:
    """Write ``count`` members who joined between the two moments; ``tell`` hears how many there are so far."""
    written = 0
    while written < count:
        chunk = list(islice(persons, min(CHUNK, count - written)))
        joined = [_moment(rng, opened_at, until_at) for _ in chunk]
        _write(shop, chunk, joined, rng)
        written += len(chunk)
        tell(written)


def _write(shop: Shop, chunk: Sequence[Person], joined: Sequence[datetime], rng: random.Random) -> None:
    members = Member.objects.bulk_create(
        [
            Member(
                merchant=shop.merchant,
                first_name=person.first_name,
                last_name=person.last_name,
                birth_date=person.birth_date,
                language=person.language,
                joined_at=moment,
                joined_store=rng.choice(shop.stores),
            )
            for person, moment in zip(chunk, joined, strict=True)
        ]
    )
    confirmed = [rng.random() < 0.6 for _ in chunk]
    everyone = list(zip(members, chunk, confirmed, strict=True))
    Contact.objects.bulk_create(
        [
            Contact(
                merchant=shop.merchant,
                member=member,
                kind=kind,
                value=value,
                is_primary=True,
                confirmed_at=member.joined_at if is_confirmed else None,
            )
            for member, person, is_confirmed in everyone
            for kind, value in ((ContactKind.EMAIL, person.email), (ContactKind.PHONE, person.phone))
            if value
        ]
    )
    Consent.objects.bulk_create(
        [
            Consent(
                merchant=shop.merchant,
                member=member,
                purpose=purpose,
                wording_version=TERMS_VERSION,
                source="counter",
                given_at=member.joined_at,
            )
            for member, person, _ in everyone
            for purpose in purposes(person)
        ]
    )
    Card.objects.bulk_create(
        [
            Card(
                merchant=shop.merchant,
                member=member,
                number=new_number(choose=rng.choice),
                # Confirmed by hand, as in ``story``: confirming takes a challenge.
                state=CardState.VERIFIED if is_confirmed else CardState.UNVERIFIED,
                level=1 if is_confirmed else 0,
                issued_at=member.joined_at,
            )
            for member, _, is_confirmed in everyone
        ]
    )


def purposes(person: Person) -> tuple[ConsentPurpose, ...]:
    """Return what a person agreed to: the terms always, advertising only with an address and their wish."""
    advertising = (ConsentPurpose.EMAIL_ADVERTISING,) if person.email and person.wants_mail else ()
    return (ConsentPurpose.TERMS, *advertising)


def _moment(rng: random.Random, opened_at: datetime, until_at: datetime) -> datetime:
    """Return a moment of some day, by day."""
    day = opened_at + timedelta(days=rng.randint(0, max(0, (until_at - opened_at).days - 1)))
    return datetime.combine(day.date(), time(8), tzinfo=day.tzinfo) + timedelta(minutes=rng.randint(0, 600))
