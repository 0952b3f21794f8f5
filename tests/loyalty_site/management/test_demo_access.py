"""The table of demo logins: what it shows, and what it does with a file that is not one."""

from pathlib import Path

import pytest

from loyalty_site.demo.access import CustomerAccess, ShopAccess, StaffAccess, TillAccess, write_access
from loyalty_site.management.demo_access import DemoAccessError, describe, read_demo_access, table

SHOP = ShopAccess(
    slug="vogt",
    name="Bäckerei Vogt",
    staff=(
        StaffAccess(
            name="Jana Vogt",
            role="owner",
            email="jana@example.org",
            password="brot-und-salz",
            totp_secret="JBSWY3DP",
        ),
        StaffAccess(name="Ali Demir", role="cashier", pin="2417"),
    ),
    tills=(
        TillAccess(store="Markt", name="Kasse 1", api_key="till_abc", pairing_code="4DJJ W4FW"),
        TillAccess(store="Markt", name="Kasse 2", api_key="till_def"),
    ),
    cards=("AAAA BBBB CCCC", "DDDD EEEE FFFF", "GGGG HHHH JJJJ"),
    customer=CustomerAccess(email="mia@example.org", password="kornblume", card="4DJJ W4FW A05W"),
)


def test_describe_what_seed_demo_writes_shows_every_door(tmp_path: Path) -> None:
    path = tmp_path / "demo-access.json"
    write_access(path=path, shops=[SHOP])
    assert list(describe(read_demo_access(path), base_url="http://127.0.0.1:8000")) == [
        "",
        "  Bäckerei Vogt   portal: http://127.0.0.1:8000/m/vogt/",
        "    Role     Name       E-mail            Password       PIN   TOTP secret",
        "    owner    Jana Vogt  jana@example.org  brot-und-salz  –     JBSWY3DP",
        "    cashier  Ali Demir  –                 –              2417  –",
        "    member   –          mia@example.org   kornblume      –     –",
        "    Counter: pair as Markt, Kasse 1 with 4DJJ W4FW (works once)",
        "    API key of that till: till_abc",
        "    Cards to scan or type: 4DJJ W4FW A05W, AAAA BBBB CCCC, DDDD EEEE FFFF",
    ]


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
