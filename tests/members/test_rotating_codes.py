"""Rotating codes: fresh for three steps, stale for an hour, wrong for everything else, and a key per card."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.card_numbers import ALPHABET, CodeKind, parse
from members.rotating_codes import (
    STALE_STEPS,
    STEP_SECONDS,
    Freshness,
    FreshnessState,
    card_key,
    code_for,
    step_at,
    verify,
)

MASTER = bytes(range(32))
NUMBER = "4DJJW4FWA05W"
KEY = card_key(master=MASTER, merchant="m-1", number=NUMBER, generation=0)
AT = datetime(2026, 3, 2, 10, 31, 12, tzinfo=UTC)


def state_after(steps: int, *, key: bytes = KEY) -> FreshnessState:
    """Return what a code of now is good for so many steps later."""
    code = code_for(key=KEY, number=NUMBER, step=step_at(AT))
    return verify(key=key, number=NUMBER, code=code, at=AT + timedelta(seconds=steps * STEP_SECONDS)).state


def test_step_at_counts_whole_half_minutes_since_1970_in_any_zone() -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert step_at(epoch) == 0
    assert step_at(epoch + timedelta(seconds=29, microseconds=999_999)) == 0
    assert step_at(epoch + timedelta(seconds=30)) == 1
    assert step_at(epoch - timedelta(microseconds=1)) == -1
    assert step_at(AT.astimezone(timezone(timedelta(hours=2)))) == step_at(AT) == int(AT.timestamp()) // 30


def test_step_at_without_a_zone_raises() -> None:
    with pytest.raises(ValueError, match="zone"):
        step_at(AT.replace(tzinfo=None))


def test_code_for_known_key_and_step_is_pinned() -> None:
    """Changing the derivation would make every code on a screen wrong during an upgrade, so it shows here."""
    assert KEY.hex() == "fb973fc3ce1a9d48e1aa82ed6c888717773763042d847ef4339b39e746422c35"
    assert code_for(key=KEY, number=NUMBER, step=59_000_000) == "HNMDB13W"


def test_code_for_many_steps_uses_every_symbol_equally_at_every_place() -> None:
    codes = [code_for(key=KEY, number=NUMBER, step=step) for step in range(29_000)]
    assert len(set(codes)) == len(codes)
    for place in range(8):
        counts = Counter(code[place] for code in codes)
        assert set(counts) == set(ALPHABET)
        # 1000 expected, standard deviation 31.
        assert 840 < min(counts.values()) <= max(counts.values()) < 1160


def test_verify_is_fresh_in_its_step_and_one_step_either_way() -> None:
    assert [state_after(steps) for steps in (-1, 0, 1)] == [FreshnessState.FRESH] * 3


def test_verify_is_stale_up_to_120_steps_later() -> None:
    assert {state_after(steps) for steps in range(2, STALE_STEPS + 1)} == {FreshnessState.STALE}


@pytest.mark.parametrize("steps", [-1000, -2, STALE_STEPS + 1, 10_000])
def test_verify_outside_the_window_is_wrong(steps: int) -> None:
    assert state_after(steps) is FreshnessState.WRONG


def test_verify_returns_the_step_the_code_was_made_for() -> None:
    now = step_at(AT)
    for step, state in [(now + 1, FreshnessState.FRESH), (now - 120, FreshnessState.STALE)]:
        code = code_for(key=KEY, number=NUMBER, step=step)
        assert verify(key=KEY, number=NUMBER, code=code, at=AT) == Freshness(state=state, step=step)
    assert verify(key=KEY, number=NUMBER, code="00000000", at=AT) == Freshness(FreshnessState.WRONG, None)


def test_verify_with_the_code_of_another_card_key_or_generation_is_wrong() -> None:
    code = code_for(key=KEY, number=NUMBER, step=step_at(AT))
    assert verify(key=KEY, number=NUMBER, code=code, at=AT).state is FreshnessState.FRESH
    assert verify(key=KEY, number="000000000000", code=code, at=AT).state is FreshnessState.WRONG
    for changed in ({"master": bytes(32)}, {"merchant": "m-2"}, {"generation": 1}):
        key = card_key(**{"master": MASTER, "merchant": "m-1", "number": NUMBER, "generation": 0} | changed)  # type: ignore[arg-type]  # mixed values
        assert state_after(0, key=key) is FreshnessState.WRONG


@given(st.text())
def test_verify_of_any_text_but_the_code_is_wrong(code: str) -> None:
    assert verify(key=KEY, number=NUMBER, code=code, at=AT).state is FreshnessState.WRONG


def test_verify_of_lone_surrogates_and_other_cases_is_wrong() -> None:
    code = code_for(key=KEY, number=NUMBER, step=step_at(AT))
    for text in ("\ud800" * 8, code.lower(), code + "\x00", code[:-1], ""):
        assert verify(key=KEY, number=NUMBER, code=text, at=AT).state is FreshnessState.WRONG


@given(st.integers(0, 10**8), st.binary(min_size=32, max_size=32))
def test_code_shown_as_a_scan_is_read_and_verified(step: int, master: bytes) -> None:
    key = card_key(master=master, merchant="m-1", number=NUMBER, generation=3)
    scanned = parse(f"T.{NUMBER}.{code_for(key=key, number=NUMBER, step=step)}")
    at = datetime.fromtimestamp(step * STEP_SECONDS, tz=UTC)
    assert scanned.kind is CodeKind.ROTATING
    assert verify(key=key, number=scanned.number, code=scanned.code, at=at) == Freshness(FreshnessState.FRESH, step)


def test_card_key_does_not_confuse_where_its_parts_end() -> None:
    keys = {
        card_key(master=MASTER, merchant=merchant, number=number, generation=generation)
        for merchant, number, generation in [("1", "23", 4), ("12", "3", 4), ("1", "2", 34), ("", "123", 4)]
    }
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_card_key_from_a_short_master_or_a_negative_generation_raises() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        card_key(master=b"short", merchant="m-1", number=NUMBER, generation=0)
    with pytest.raises(ValueError, match="from 0"):
        card_key(master=MASTER, merchant="m-1", number=NUMBER, generation=-1)


def test_card_key_is_hkdf_sha256_as_another_library_computes_it() -> None:
    hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes")
    hkdf = pytest.importorskip("cryptography.hazmat.primitives.kdf.hkdf")
    info = b"".join(len(part).to_bytes(4) + part for part in (b"m-1", NUMBER.encode(), b"0"))
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=b"stammkarte rotating code v1", info=info)
    assert derived.derive(MASTER) == KEY
