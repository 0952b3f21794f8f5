"""Rotating codes: the eight symbols after a card's number that change every 30 seconds.

Promises: a code proves that its card was open on a screen at that time, for this merchant and this generation
of the card's key. A fresh code may spend, a stale one (up to an hour old) only earns, anything else is wrong. No
secret is stored per card or sent to the phone: a card's key is derived from the installation's master key.

Pure: the time is passed in, and nothing is remembered. That a card's step spends only once is the caller's duty,
under a lock, with the step that `verify` returns. Codes of wallet passes (TOTP) are not made here.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from .card_numbers import ALPHABET, CODE_LENGTH

STEP_SECONDS = 30
FRESH_STEPS = 1
STALE_STEPS = 120
MINIMUM_MASTER_BYTES = 32

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LABEL = b"stammkarte rotating code v1"


class FreshnessState(StrEnum):
    """What a rotating code is good for."""

    FRESH = "fresh"
    STALE = "stale"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Freshness:
    """The outcome of `verify`: the state, and the step the code was made for (None when it is wrong)."""

    state: FreshnessState
    step: int | None


def step_at(at: datetime) -> int:
    """Return the number of whole 30-second steps since 1970, in any time zone.

    Raises:
        ValueError: `at` is naive.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return (at - _EPOCH) // timedelta(seconds=STEP_SECONDS)


def code_for(*, key: bytes, number: str, step: int) -> str:
    """Return the card's code for one step: 8 symbols of the card alphabet, 38.9 bits.

    HMAC-SHA256 over `number|step`, read as one integer, modulo 29**8. The 256-bit integer is 2**217 times larger
    than the modulus, so no code is likelier than another by more than one part in that. (RFC 4226 truncates to
    31 bits, too few for 8 symbols.)
    """
    rest = int.from_bytes(hmac.digest(key, f"{number}|{step}".encode(), "sha256"))
    symbols = []
    for _ in range(CODE_LENGTH):
        rest, value = divmod(rest, len(ALPHABET))
        symbols.append(ALPHABET[value])
    return "".join(symbols)


def verify(*, key: bytes, number: str, code: str, at: datetime) -> Freshness:
    """Find the step a code (as `parse` returns it) was made for.

    Fresh: the current step, the one before (slow hands) or the next (two servers' clocks). Stale: one of the 120
    previous steps. Always computes and compares all 122 candidates, each compare in constant time, so that the time
    taken tells neither a near miss nor a code's age. A guess is fresh with 3 in 5·10**11, stale with 119.

    Raises:
        ValueError: `at` is naive.
    """
    now = step_at(at)
    given = code.encode(errors="replace")
    found = None
    for step in range(now - STALE_STEPS, now + FRESH_STEPS + 1):
        if hmac.compare_digest(code_for(key=key, number=number, step=step).encode(), given):
            found = step
    if found is None:
        return Freshness(state=FreshnessState.WRONG, step=None)
    is_fresh = found >= now - FRESH_STEPS
    return Freshness(state=FreshnessState.FRESH if is_fresh else FreshnessState.STALE, step=found)


def card_key(*, master: bytes, merchant: str, number: str, generation: int) -> bytes:
    """Derive a card's own 32-byte key: HKDF-SHA256 (RFC 5869, one block) with our label as its salt.

    `merchant` is an id that never changes. A new `generation` (0 and up) makes every code of the old key wrong.
    Each part goes in with its length, so that no two sets of parts read the same.

    Raises:
        ValueError: the master key has fewer than 32 bytes, or the generation is negative.
    """
    if len(master) < MINIMUM_MASTER_BYTES:
        raise ValueError("the master key needs at least 32 bytes")
    if generation < 0:
        raise ValueError("generations count from 0")
    parts = [part.encode() for part in (merchant, number, str(generation))]
    info = b"".join(len(part).to_bytes(4) + part for part in parts)
    extracted = hmac.digest(_LABEL, master, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")
