"""The table of demo logins: what it shows, and what it does with a file that is not one."""

import json
from pathlib import Path

import pytest

from loyalty_site.management.demo_access import DemoAccessError, DemoShop, describe, read_demo_access, table

OWNER = {
    "role": "owner",
    "name": "Jana Vogt",
    "email": "jana@example.org",
    "password": "brot-und-salz",
    "totp_secret": "JBSWY3DP",
}
CASHIER = {"role": "cashier", "name": "Ali Demir", "pin": "2417"}


def test_read_demo_access_gives_one_row_per_login(tmp_path: Path) -> None:
    path = tmp_path / "demo-access.json"
    merchant = {"name": "Bäckerei Vogt", "slug": "vogt", "logins": [OWNER, CASHIER]}
    path.write_text(json.dumps({"merchants": [merchant]}), encoding="utf-8")
    assert read_demo_access(path) == (
        DemoShop(
            name="Bäckerei Vogt",
            slug="vogt",
            logins=(
                ("owner", "Jana Vogt", "jana@example.org", "brot-und-salz", "–", "JBSWY3DP"),
                ("cashier", "Ali Demir", "–", "–", "2417", "–"),
            ),
        ),
    )


def test_read_demo_access_without_a_file_is_empty(tmp_path: Path) -> None:
    assert read_demo_access(tmp_path / "absent.json") == ()


@pytest.mark.parametrize("text", ["", "[]", '{"merchants": [{"name": "A"}]}', '{"merchants": 3}'])
def test_read_demo_access_of_something_else_says_which_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "demo-access.json"
    path.write_text(text)
    with pytest.raises(DemoAccessError, match=r"demo-access\.json"):
        read_demo_access(path)


def test_table_aligns_columns_and_leaves_out_empty_ones() -> None:
    assert list(table([("Role", "Name", "PIN"), ("owner", "–", "1"), ("cashier", "–", "2417")])) == [
        "Role     PIN",
        "owner    1",
        "cashier  2417",
    ]


def test_describe_names_shop_and_portal() -> None:
    shop = DemoShop(name="Bäckerei Vogt", slug="vogt", logins=())
    assert list(describe([shop], base_url="http://127.0.0.1:8000")) == [
        "",
        "  Bäckerei Vogt   portal: http://127.0.0.1:8000/m/vogt/",
    ]
