"""Making the demo and its command: the same story for the same seed, refusals, and the file with the doors."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Max
from django.test import override_settings

from loyalty_site.demo import seed
from loyalty_site.demo.access import new_password, new_pin
from loyalty_site.demo.shops import shops
from members.domain.pins import pin_problem
from members.models import (
    Merchant,
)
from rewards.models import Booking
from tests.loyalty_site.demo.making import FAST, UNTIL, make, story_of

pytestmark = pytest.mark.django_db


def test_make_demo_with_the_same_seed_tells_the_same_story_and_with_another_seed_another(tmp_path: Path) -> None:
    stories = []
    for number in (1, 1, 2):
        with transaction.atomic():
            wish = seed.Wish(merchants=1, members=14, days=10, history=10, seed=number, until_on=UNTIL)
            stories.append(story_of(make(tmp_path, wish)[0]))
            transaction.set_rollback(True)
    assert stories[0] == stories[1] != stories[2]
    assert len(stories[0]) > 30


def test_make_demo_on_the_last_day_books_nothing_after_now(tmp_path: Path) -> None:
    wish = seed.Wish(merchants=1, members=12, days=8, history=12, seed=1, until_on=UNTIL)
    with transaction.atomic():
        whole = story_of(make(tmp_path, wish)[0])
        times = (
            Booking.objects.for_merchant(Merchant.objects.get()).order_by("pk").values_list("recorded_at", flat=True)
        )
        now, last = times[len(times) - 5], times[len(times) - 1]
        assert now < last
        transaction.set_rollback(True)
    story = story_of(make(tmp_path, wish, at=now)[0])
    bookings = Booking.objects.for_merchant(Merchant.objects.get())
    assert bookings.aggregate(last=Max("recorded_at"))["last"] == now
    assert story[: bookings.count()] == whole[: bookings.count()]


def test_make_demo_with_too_few_members_writes_nothing(tmp_path: Path) -> None:
    wish = seed.Wish(merchants=3, members=14, days=14, history=14, seed=1, until_on=UNTIL)
    with pytest.raises(ValueError, match="every shop needs 5 members"):
        make(tmp_path, wish)
    assert not Merchant.objects.exists()


def call(folder: Path, *arguments: str, **changed: Any) -> str:
    """Call the command with a small demo; returns what it printed."""
    out = StringIO()
    with override_settings(**{"VAR_DIR": folder, "DEBUG": True} | FAST | changed):
        call_command("seed_demo", "--members=15", "--days=7", f"--until={UNTIL}", *arguments, stdout=out)
    return out.getvalue()


def test_seed_demo_writes_the_doors_for_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "demo-access.json").write_text("from before")
    (tmp_path / "demo-access.json").chmod(0o644)
    printed = call(tmp_path)
    path = tmp_path / "demo-access.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    merchants = json.loads(path.read_text(encoding="utf-8"))["merchants"]
    assert [merchant["slug"] for merchant in merchants] == ["morgenrot", "kamm-schere", "cafe-anker"]
    assert set(merchants[0]) == {"slug", "name", "staff", "tills", "cards", "customer"}
    assert set(merchants[0]["staff"][0]) == {"name", "email", "password", "totp_secret", "pin", "role"}
    assert "/m/morgenrot/" in printed and "/counter/" in printed and str(path) in printed
    secrets = [person[key] for shop in merchants for person in shop["staff"] for key in ("password", "totp_secret")]
    assert not [secret for secret in secrets if secret and secret in printed]


def test_seed_demo_beside_an_earlier_demo_refuses_and_says_what_to_do(tmp_path: Path) -> None:
    Merchant.objects.create(slug="morgenrot", name="Morgenrot")
    with pytest.raises(CommandError, match=r"a demo already \(morgenrot\).*delete the database"):
        call(tmp_path)
    assert Merchant.objects.count() == 1
    assert not (tmp_path / "demo-access.json").exists()


def test_seed_demo_where_debug_is_off_needs_force(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--force"):
        call(tmp_path, DEBUG=False)
    assert not Merchant.objects.exists()
    call(tmp_path, "--force", "--merchants=1", DEBUG=False)
    assert Merchant.objects.get().slug == "morgenrot"


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        ("--until=2999-01-01", "future"),
        ("--members=14", "needs 5 members"),
        ("--days=6", "between 7"),
        ("--merchants=0", "between 1"),
    ],
)
def test_seed_demo_refuses_what_can_t_be(tmp_path: Path, argument: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call(tmp_path, argument)
    assert not Merchant.objects.exists()


def test_shops_are_as_many_as_asked_for_and_all_different() -> None:
    plans = shops(200)
    assert len({plan.slug for plan in plans}) == len({plan.name for plan in plans}) == 200
    assert [plan.slug for plan in plans[:4]] == ["morgenrot", "kamm-schere", "cafe-anker", "hofladen-gruenberg"]
    assert shops(2) == plans[:2]
    with pytest.raises(ValueError, match="between 1 and 200"):
        shops(201)


def test_new_secrets_are_never_the_same_and_pins_never_trivial() -> None:
    assert len({new_password() for _ in range(200)}) == 200
    assert {len(new_password()) for _ in range(20)} == {14}
    assert all(pin_problem(new_pin()) is None for _ in range(200))
