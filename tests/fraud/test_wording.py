"""Every reason that fraud can give has its sentence, in both languages, with the time in the shop's zone."""

from zoneinfo import ZoneInfo

import pytest

from fraud.models import LimitKind, LimitSubject
from fraud.wording import SENTENCES, sentence

BERLIN = ZoneInfo("Europe/Berlin")
LOCK: dict[str, str | int] = {
    "minutes_ago": 4,
    "next_at": "2026-11-24T09:42:00+00:00",
    "last_at": "2026-11-24T09:12:00+00:00",
}


def test_every_limit_that_can_refuse_has_a_sentence() -> None:
    codes = {
        f"limit_{kind.value}_{subject.value}"
        for kind in (LimitKind.UNITS, LimitKind.BOOKINGS)
        for subject in LimitSubject
    }
    assert {*codes, "time_lock", "card_blocked", "card_replaced", "own_card"} == SENTENCES.keys()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_sentence_is_whole_and_filled_in(code: str, language: str) -> None:
    text = sentence(code=code, params={"maximum": 3, "used": 3, "wanted": 1, **LOCK}, language=language, zone=BERLIN)
    assert text.endswith(".")
    assert "%(" not in text


def test_time_lock_says_the_shops_local_time() -> None:
    assert "10:42" in sentence(code="time_lock", params=LOCK, language="de", zone=BERLIN)


def test_time_lock_within_the_first_minute_says_just_now() -> None:
    text = sentence(code="time_lock", params={**LOCK, "minutes_ago": 0}, language="en", zone=BERLIN)
    assert text == "Booked just now. The next booking is possible from 10:42."
