"""The way into the demo: throw-away secrets of made-up people, and the file that tells them to whoever tries it.

``var/demo-access.json`` is readable by its owner only. Passwords, PINs and keys are random even where the story is
not: a seed that anybody can type must never open a door.
"""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from members.card_numbers import ALPHABET
from members.domain.pins import pin_problem

FILE_NAME = "demo-access.json"


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """One person of the team; what a role doesn't have is None (office roles log in, the till's use a PIN)."""

    name: str
    role: str
    email: str | None = None
    password: str | None = field(default=None, repr=False)
    totp_secret: str | None = field(default=None, repr=False)
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TillAccess:
    """One till; ``pairing_code`` on the till that is meant to be opened first."""

    store: str
    name: str
    api_key: str = field(repr=False)
    pairing_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CustomerAccess:
    """A member with a login, and the number of their card."""

    email: str
    password: str = field(repr=False)
    card: str


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """All doors of one shop. ``cards``: numbers to type in at the counter."""

    slug: str
    name: str
    staff: tuple[StaffAccess, ...]
    tills: tuple[TillAccess, ...]
    cards: tuple[str, ...]
    customer: CustomerAccess


def new_password() -> str:
    """Return a password of 12 symbols in three groups (58 bits), easy to type: ``k7qd-4mxp-9w2h``."""
    symbols = "".join(secrets.choice(ALPHABET.lower()) for _ in range(12))
    return "-".join(symbols[at : at + 4] for at in range(0, 12, 4))


def new_pin() -> str:
    """Return four digits that are no PIN anybody would guess first."""
    while True:
        pin = f"{secrets.randbelow(10_000):04}"
        if pin_problem(pin) is None:
            return pin


def write_access(*, path: Path, shops: Sequence[ShopAccess]) -> None:
    """Write the file, readable and writable by its owner only, whatever stood there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"merchants": [asdict(shop) for shop in shops]}, ensure_ascii=False, indent=1)
    # The mode is set before anything is written, also on a file that was there with another one.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text + "\n")
