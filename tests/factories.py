"""Small builders of rows for all tests: plain functions, unique defaults, every field can be overridden.

They write through the ORM and not through the domain, so that a test of one part does not depend on another. Each
makes what it needs: `make_card()` alone makes a member of a new merchant. `NOW` is the moment tests pass as `at`.
"""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from members.card_numbers import new_number
from members.models import (
    Card,
    CardState,
    Contact,
    ContactKind,
    Member,
    Merchant,
    Role,
    Shift,
    Staff,
    Store,
    Till,
    User,
)

#: A Tuesday, 10:00 in Berlin.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
#: The PIN of staff made here.
PIN = "2846"
_numbers = count(1)


@cache
def _pin_hash(pin: str) -> str:
    """Hash each PIN once per test process: hashing is slow on purpose."""
    return make_password(pin)


def make_merchant(**fields: Any) -> Merchant:  # Any: model fields, here and below
    """Make a merchant in Berlin."""
    number = next(_numbers)
    return Merchant.objects.create(**{"slug": f"shop-{number}", "name": f"Bäckerei {number}"} | fields)


def make_store(merchant: Merchant | None = None, **fields: Any) -> Store:
    """Make a store without opening hours."""
    defaults = {"merchant": merchant or make_merchant(), "name": f"Filiale {next(_numbers)}"}
    return Store.objects.create(**defaults | fields)


def make_till(store: Store | None = None, **fields: Any) -> Till:
    """Make a till, neither paired nor with an API key."""
    store = store or make_store()
    return Till.objects.create(
        **{"merchant": store.merchant, "store": store, "name": f"Kasse {next(_numbers)}"} | fields
    )


def make_user(**fields: Any) -> User:
    """Make a login without a password."""
    return User.objects.create_user(**{"email": f"person{next(_numbers)}@example.org"} | fields)


def make_staff(merchant: Merchant | None = None, role: Role = Role.CASHIER, pin: str = PIN, **fields: Any) -> Staff:
    """Make a person at work with the PIN `PIN`; with an empty one, without a PIN."""
    defaults = {"merchant": merchant or make_merchant(), "name": f"Team {next(_numbers)}", "role": role}
    return Staff.objects.create(**defaults | {"pin_hash": _pin_hash(pin) if pin else ""} | fields)


def make_shift(till: Till | None = None, staff: Staff | None = None, **fields: Any) -> Shift:
    """Make an open shift that began at `NOW`."""
    till = till or make_till()
    defaults = {"merchant": till.merchant, "till": till, "staff": staff or make_staff(till.merchant)}
    return Shift.objects.create(**defaults | {"started_at": NOW} | fields)


def make_member(merchant: Merchant | None = None, **fields: Any) -> Member:
    """Make a member without contacts, cards or a login."""
    names = {"first_name": "Anna", "last_name": f"Beispiel{next(_numbers)}"}
    return Member.objects.create(**{"merchant": merchant or make_merchant(), "joined_at": NOW} | names | fields)


def make_contact(member: Member | None = None, kind: ContactKind = ContactKind.EMAIL, **fields: Any) -> Contact:
    """Make a preferred, unconfirmed contact: an e-mail address unless `kind` and `value` say otherwise."""
    member = member or make_member()
    defaults = {"merchant": member.merchant, "member": member, "kind": kind, "is_primary": True}
    return Contact.objects.create(**defaults | {"value": f"member{next(_numbers)}@example.org"} | fields)


def make_card(member: Member | None = None, merchant: Merchant | None = None, **fields: Any) -> Card:
    """Make a card of `member`; with only a merchant, a blank card; with neither, a card of a new member."""
    member = member or (None if merchant else make_member())
    owner = merchant or (member.merchant if member else None)
    defaults = {"merchant": owner, "member": member, "number": new_number(), "issued_at": NOW}
    return Card.objects.create(**defaults | {"state": CardState.UNVERIFIED} | fields)
