"""The demo's logins as ``seed_demo`` leaves them in ``var/demo-access.json``, and the table shown at start.

The file has the shape ``{"merchants": [{"name", "slug", "logins": [{"role", "name", "email", "password", "pin",
"totp_secret"}]}]}``; in a login only the role is required. These are throw-away logins of made-up shops: the
product never writes a real person's secret to a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COLUMNS = ("role", "name", "email", "password", "pin", "totp_secret")
TITLES = ("Role", "Name", "E-mail", "Password", "PIN", "TOTP secret")


class DemoAccessError(ValueError):
    """The file is there but is not what ``seed_demo`` writes."""


@dataclass(frozen=True)
class DemoShop:
    """One made-up merchant: its name, its word in addresses, and a row of cells (see TITLES) per login."""

    name: str
    slug: str
    logins: tuple[tuple[str, ...], ...]


def _row(login: Mapping[str, Any]) -> tuple[str, ...]:  # Any: values as JSON has them
    return (str(login["role"]), *(str(login.get(column) or "–") for column in COLUMNS[1:]))


def read_demo_access(path: Path) -> tuple[DemoShop, ...]:
    """Return the demo's shops; none if the file does not exist. Raises: DemoAccessError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    try:
        return tuple(
            DemoShop(
                name=merchant["name"],
                slug=merchant["slug"],
                logins=tuple(_row(login) for login in merchant["logins"]),
            )
            for merchant in json.loads(text)["merchants"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise DemoAccessError(f"{path} is not what seed_demo writes; delete it and its database.") from error


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield one aligned line per row; the first row is the heading. Columns that say nothing are left out."""
    kept = [index for index in range(len(rows[0])) if any(row[index] != "–" for row in rows[1:])]
    widths = {index: max(len(row[index]) for row in rows) for index in kept}
    for row in rows:
        yield "  ".join(row[index].ljust(widths[index]) for index in kept).rstrip()


def describe(shops: Sequence[DemoShop], *, base_url: str) -> Iterator[str]:
    """Yield the lines that tell a newcomer where each demo shop is and how to get in."""
    for shop in shops:
        yield ""
        yield f"  {shop.name}   portal: {base_url}/m/{shop.slug}/"
        if shop.logins:
            for line in table([TITLES, *shop.logins]):
                yield f"    {line}"
