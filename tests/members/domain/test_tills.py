"""Keys at the door, and pairing a device once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from members.audit import Actor, history_of
from members.card_numbers import grouped, is_valid
from members.domain.shifts import open_shift
from members.domain.tills import (
    make_api_key,
    note_seen,
    pair_device,
    revoke_api_key,
    start_pairing,
    till_for_api_key,
    till_for_device,
    unpair_device,
)
from members.models import Merchant, Staff, Store, Till, TillPairing
from tests.factories import NOW, make_shift, make_store, make_till

MINUTE = timedelta(minutes=1)
ACTOR = Actor.job("test")


@pytest.fixture
def api_key(till: Till) -> str:
    return make_api_key(till=till, actor=ACTOR, at=NOW)


@pytest.fixture
def device(till: Till) -> str:
    """The token of a device paired with the till."""
    paired = pair_device(code=start_pairing(till=till, actor=ACTOR, at=NOW), at=NOW)
    assert paired is not None
    return paired.device_token


def _part_of(till: Till, part: str) -> Till | Store | Merchant:
    """Return the till, its store or its merchant."""
    parts: dict[str, Till | Store | Merchant] = {"till": till, "store": till.store, "merchant": till.merchant}
    return parts[part]


# --- The API key ---------------------------------------------------------------------------------------


def test_api_key_opens_its_till_in_one_query(
    till: Till, api_key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = till_for_api_key(api_key)
        assert found is not None
        assert (found, found.store, found.merchant) == (till, till.store, till.merchant)


def test_api_key_names_its_kind_and_till_and_is_not_kept(till: Till, api_key: str) -> None:
    assert re.fullmatch(rf"stk_{till.public_id.hex}_[A-Za-z0-9_-]{{43}}", api_key)

    till.refresh_from_db()
    assert re.fullmatch(r"[0-9a-f]{64}", till.api_key_hash)
    assert till.api_key_made_at == NOW
    assert till.api_key_hash not in api_key


def test_api_key_made_anew_ends_the_old_one(till: Till, api_key: str) -> None:
    new = make_api_key(till=till, actor=ACTOR, at=NOW + MINUTE)

    assert till_for_api_key(new) == till
    assert till_for_api_key(api_key) is None


def test_api_key_revoked_opens_nothing(till: Till, api_key: str) -> None:
    revoke_api_key(till=till, actor=ACTOR, at=NOW)

    assert till_for_api_key(api_key) is None
    till.refresh_from_db()
    assert (till.api_key_hash, till.api_key_made_at) == ("", None)


def test_api_key_of_one_till_does_not_open_another(till: Till, api_key: str, other_merchant: Merchant) -> None:
    theirs = make_till(make_store(other_merchant))
    their_key = make_api_key(till=theirs, actor=ACTOR, at=NOW)
    secret = api_key.split("_", 2)[2]

    assert till_for_api_key(their_key) == theirs
    assert till_for_api_key(f"stk_{theirs.public_id.hex}_{secret}") is None


@pytest.mark.parametrize("part", ["till", "store", "merchant"])
def test_keys_of_something_inactive_open_nothing(part: str, till: Till, api_key: str, device: str) -> None:
    inactive = _part_of(till, part)
    assert till_for_api_key(api_key) == till_for_device(device) == till
    inactive.is_active = False
    inactive.save()

    assert till_for_api_key(api_key) is None
    assert till_for_device(device) is None


def test_keys_of_one_kind_do_not_open_the_other_door(till: Till, api_key: str, device: str) -> None:
    assert till_for_device(api_key) is None
    assert till_for_api_key(device) is None
    assert till_for_device(api_key.replace("stk_", "std_")) is None
    assert till_for_api_key(device.replace("std_", "stk_")) is None


def test_till_without_keys_is_opened_by_no_secret(till: Till) -> None:
    for secret in ("", "A" * 43):
        assert till_for_api_key(f"stk_{till.public_id.hex}_{secret}") is None
        assert till_for_device(f"std_{till.public_id.hex}_{secret}") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key + "\n",
        lambda key: f" {key}",
        lambda key: key.upper(),
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key[:-1] + "\ud800",
        lambda key: key[:-1] + "ß",
        lambda key: key.replace("stk_", "stk_\0"),
        lambda key: key * 1000,
    ],
)
def test_spoiled_api_key_opens_nothing(spoil: Callable[[str], str], api_key: str) -> None:
    assert till_for_api_key(spoil(api_key)) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=120) | st.from_regex(r"st[kd]_[0-9a-fA-F]{31,33}_.{42,44}", fullmatch=True))
def test_garbage_of_any_kind_is_no_key_and_no_error(text: str, till: Till) -> None:
    assert till_for_api_key(text) is None
    assert till_for_device(text) is None
    assert pair_device(code=text, at=NOW) is None


def test_keys_are_audited_without_their_hashes(till: Till, manager: Staff) -> None:
    actor = Actor.of_staff(manager)
    make_api_key(till=till, actor=actor, at=NOW)
    revoke_api_key(till=till, actor=actor, at=NOW)
    digest = till.api_key_hash

    revoked, made = history_of(till, merchant=till.merchant)
    assert (made.action, made.actor, made.new["api_key_hash"]) == ("till.api_key_made", "Mario Leitung", "•≠")
    assert (revoked.action, revoked.old["api_key_hash"], revoked.new["api_key_hash"]) == (
        "till.api_key_revoked",
        "•",
        "",
    )
    assert digest == ""


# --- Pairing -------------------------------------------------------------------------------------------


def test_pairing_gives_the_device_a_token_for_its_till(
    till: Till, device: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = till_for_device(device)
        assert found is not None
        assert (found, found.store, found.merchant) == (till, till.store, till.merchant)
    assert re.fullmatch(rf"std_{till.public_id.hex}_[A-Za-z0-9_-]{{43}}", device)
    assert found.paired_at == NOW
    assert found.device_hash not in device


@pytest.mark.parametrize("spell", [str, grouped, str.lower, lambda code: f"K.{code}", lambda code: f" {code}\n"])
def test_pairing_code_is_read_in_any_spelling(spell: Callable[[str], str], till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)
    assert is_valid(code)

    paired = pair_device(code=spell(code), at=NOW + MINUTE)

    assert paired is not None
    assert paired.till == till


def test_pairing_code_works_once(till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)
    first = pair_device(code=code, at=NOW)
    assert first is not None

    assert pair_device(code=code, at=NOW) is None

    assert till_for_device(first.device_token) == till


@pytest.mark.parametrize(("minutes", "works"), [(9, True), (10, False), (11, False)])
def test_pairing_code_lives_ten_minutes(minutes: int, works: bool, till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)

    assert (pair_device(code=code, at=NOW + minutes * MINUTE) is not None) is works


def test_pairing_code_made_anew_ends_the_older_one(till: Till) -> None:
    older = start_pairing(till=till, actor=ACTOR, at=NOW)
    newer = start_pairing(till=till, actor=ACTOR, at=NOW)

    assert pair_device(code=older, at=NOW) is None
    assert pair_device(code=newer, at=NOW) is not None


def test_pairing_codes_of_two_tills_do_not_disturb_each_other(till: Till, other_merchant: Merchant) -> None:
    theirs = make_till(make_store(other_merchant))
    mine = start_pairing(till=till, actor=ACTOR, at=NOW)
    start_pairing(till=theirs, actor=ACTOR, at=NOW)

    paired = pair_device(code=mine, at=NOW)

    assert paired is not None
    assert paired.till == till
    theirs.refresh_from_db()
    assert theirs.device_hash == ""


def test_pairing_ends_the_former_device_and_its_shift(till: Till, device: str) -> None:
    shift = make_shift(till)
    assert open_shift(till=till, shift_public_id=shift.public_id) == shift
    paired = pair_device(code=start_pairing(till=till, actor=ACTOR, at=NOW), at=NOW + MINUTE)
    assert paired is not None

    assert till_for_device(device) is None
    assert till_for_device(paired.device_token) == till
    shift.refresh_from_db()
    assert shift.ended_at == NOW + MINUTE


def test_unpairing_closes_the_door_and_ends_the_shift(till: Till, device: str) -> None:
    shift, elsewhere = make_shift(till), make_shift(make_till(till.store))

    unpair_device(till=till, actor=ACTOR, at=NOW + MINUTE)

    assert till_for_device(device) is None
    till.refresh_from_db()
    assert (till.device_hash, till.paired_at) == ("", None)
    shift.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (shift.ended_at, elsewhere.ended_at) == (NOW + MINUTE, None)


def test_pairing_code_is_not_kept(till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)

    row = TillPairing.objects.for_merchant(till.merchant).values().get()
    assert not any(code in str(value) for value in row.values())


@pytest.mark.parametrize("part", ["till", "store", "merchant"])
def test_pairing_something_inactive_is_refused(part: str, till: Till) -> None:
    code = start_pairing(till=till, actor=ACTOR, at=NOW)
    inactive = _part_of(till, part)
    inactive.is_active = False
    inactive.save()

    assert pair_device(code=code, at=NOW) is None

    till.refresh_from_db()
    assert till.device_hash == ""


@pytest.mark.parametrize("code", ["", "\0", "4DJJ W4FW A05W", "x" * 5000, "anna@example.org"])
def test_pairing_with_anything_else_is_refused(code: str, till: Till) -> None:
    start_pairing(till=till, actor=ACTOR, at=NOW)

    assert pair_device(code=code, at=NOW) is None


def test_pairing_is_audited_under_who_made_the_code(till: Till, manager: Staff) -> None:
    actor = Actor.of_staff(manager)
    paired = pair_device(code=start_pairing(till=till, actor=actor, at=NOW), at=NOW)
    assert paired is not None
    unpair_device(till=paired.till, actor=actor, at=NOW)

    entries = history_of(till, merchant=till.merchant).values_list("action", "staff", "new__device_hash")
    assert list(entries) == [
        ("till.unpaired", manager.pk, ""),
        ("till.paired", manager.pk, "•≠"),
        ("till.pairing_started", manager.pk, None),
    ]


def test_paired_does_not_show_its_token(till: Till) -> None:
    paired = pair_device(code=start_pairing(till=till, actor=ACTOR, at=NOW), at=NOW)
    assert paired is not None

    assert paired.device_token not in repr(paired)


# --- Last seen -----------------------------------------------------------------------------------------


def test_note_seen_writes_at_most_once_a_minute(till: Till, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        note_seen(till=till, at=NOW)
        note_seen(till=till, at=NOW + MINUTE)
    note_seen(till=till, at=NOW + 2 * MINUTE)

    till.refresh_from_db()
    assert till.last_seen_at == NOW + 2 * MINUTE
