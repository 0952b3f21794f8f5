"""The demo's doors as ``seed_demo`` leaves them in ``var/demo-access.json``, as lines to show at start.

Reads the shape that ``loyalty_site.demo.access`` writes, and takes what it finds: a login may lack what its role
doesn't have. These are throw-away secrets of made-up people: the product never writes a real one to a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLUMNS = ("role", "name", "email", "password", "pin", "totp_secret")
TITLES = ("Role", "Name", "E-mail", "Password", "PIN", "TOTP secret")
ABSENT = "–"


class DemoAccessError(ValueError):
    """The file is there but is not what ``seed_demo`` writes."""


@dataclass(frozen=True)
class DemoTill:
    """One till: where it stands, its API key, and the code that pairs a device with it (once), if it has one."""

    name: str
    api_key: str
    pairing_code: str


@dataclass(frozen=True)
class DemoShop:
    """One made-up merchant: name, word in addresses, a row of cells (see TITLES) per login, tills, card numbers."""

    name: str
    slug: str
    logins: tuple[tuple[str, ...], ...]
    tills: tuple[DemoTill, ...]
    cards: tuple[str, ...]


def _row(login: Mapping[str, Any]) -> tuple[str, ...]:  # Any: values as JSON has them
    return tuple(str(login.get(column) or ABSENT) for column in COLUMNS)


def _shop(merchant: Mapping[str, Any]) -> DemoShop:  # Any: values as JSON has them
    customer = {"role": "member", **merchant["customer"]}
    return DemoShop(
        name=merchant["name"],
        slug=merchant["slug"],
        logins=tuple(_row(login) for login in (*merchant["staff"], customer)),
        tills=tuple(
            DemoTill(
                name=f"{till['store']}, {till['name']}",
                api_key=till["api_key"],
                pairing_code=till.get("pairing_code") or "",
            )
            for till in merchant["tills"]
        ),
        cards=(merchant["customer"]["card"], *merchant["cards"]),
    )


def read_demo_access(path: Path) -> tuple[DemoShop, ...]:
    """Return the demo's shops; none if the file does not exist. Raises: DemoAccessError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    try:
        return tuple(_shop(merchant) for merchant in json.loads(text)["merchants"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DemoAccessError(f"{path} is not what seed_demo writes; delete it and its database.") from error


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield one aligned line per row; the first row is the heading. Columns that say nothing are left out."""
    kept = [index for index in range(len(rows[0])) if any(row[index] != ABSENT for row in rows[1:])]
    widths = {index: max(len(row[index]) for row in rows) for index in kept}
    for row in rows:
        yield "  ".join(row[index].ljust(widths[index]) for index in kept).rstrip()


def describe(shops: Sequence[DemoShop], *, base_url: str) -> Iterator[str]:
    """Yield the lines that tell a newcomer where each demo shop is and how to get in."""
    for shop in shops:
        yield ""
        yield f"  {shop.name}   portal: {base_url}/m/{shop.slug}/"
        for line in table([TITLES, *shop.logins]):
            yield f"    {line}"
        for till in shop.tills:
            if till.pairing_code:
                yield f"    Counter: pair as {till.name} with {till.pairing_code} (works once)"
                yield f"    API key of that till: {till.api_key}"
        if shop.cards:
            yield f"    Cards to scan or type: {', '.join(shop.cards[:3])}"
