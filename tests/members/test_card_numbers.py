"""Card numbers: every slip is caught, and the scanner's test text names what is set wrong.

Reading codes back is tested in `test_card_numbers_parse`.
"""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import card_numbers
from members.card_numbers import (
    ALPHABET,
    ScannerVerdict,
    UnreadableCode,
    check_symbol,
    grouped,
    is_valid,
    masked,
    new_number,
    parse,
    read_scanner_test,
)
from tests.members.wedge_scanner import FAULTS, Fault, typed

NUMBER = "4DJJW4FWA05W"
numbers = st.text(ALPHABET, min_size=11, max_size=11).map(lambda body: body + check_symbol(body))


def test_check_symbol_example_is_the_one_in_print() -> None:
    assert check_symbol("4DJJW4FWA05") == "W"
    assert check_symbol("1") == "1"
    assert check_symbol("02") == "4"


@pytest.mark.parametrize("body", ["", "0" * 28, "4DJJ W4FWA0", "4djjw4fwa05", "ÄDJJW4FWA05"])
def test_check_symbol_of_what_is_no_body_raises(body: str) -> None:
    with pytest.raises(ValueError, match="a body is 1 to 27 symbols"):
        check_symbol(body)


@given(numbers)
def test_is_valid_with_any_single_error_is_false(number: str) -> None:
    assert is_valid(number)
    for at, right in enumerate(number):
        for wrong in ALPHABET.replace(right, ""):
            assert not is_valid(number[:at] + wrong + number[at + 1 :])


@given(numbers)
def test_is_valid_with_any_two_symbols_swapped_is_false(number: str) -> None:
    for first in range(12):
        for second in range(first + 1, 12):
            swapped = list(number)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert is_valid("".join(swapped)) == (number[first] == number[second])


@given(st.text(ALPHABET, min_size=27, max_size=27))
def test_check_symbol_of_the_longest_body_still_catches_neighbours(body: str) -> None:
    whole = body + check_symbol(body)
    for at in range(27):
        swapped = whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
        assert (check_symbol(swapped[:-1]) == swapped[-1]) == (whole[at] == whole[at + 1])


def test_is_valid_of_random_symbols_passes_one_in_29() -> None:
    draw = random.Random(29)
    passed = sum(is_valid("".join(draw.choices(ALPHABET, k=12))) for _ in range(29_000))
    assert 850 < passed < 1150


@pytest.mark.parametrize("text", ["", NUMBER.lower(), grouped(NUMBER), NUMBER[:-1], NUMBER + "0", "４" + NUMBER[1:]])
def test_is_valid_of_another_spelling_is_false(text: str) -> None:
    assert not is_valid(text)


def test_new_number_is_valid_and_uses_the_whole_alphabet() -> None:
    made = {new_number() for _ in range(500)}
    assert len(made) == 500
    assert all(map(is_valid, made))
    assert {number[0] for number in made} == set(ALPHABET)


def test_new_number_takes_its_symbols_from_choose() -> None:
    symbols = iter("4DJJW4FWA05")
    assert new_number(choose=lambda _alphabet: next(symbols)) == NUMBER


def test_grouped_and_masked_show_groups_of_four() -> None:
    assert grouped(NUMBER) == "4DJJ W4FW A05W"
    assert masked(NUMBER) == "4DJJ … A05W"
    assert masked("4DJJW4") == "…"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("around", ["", "\r\n", "\t"])
def test_read_scanner_test_names_the_settings(fault: Fault, around: str) -> None:
    expected = {
        (False, False): ScannerVerdict.OK,
        (True, False): ScannerVerdict.US_LAYOUT,
        (False, True): ScannerVerdict.CAPS_LOCK,
        (True, True): ScannerVerdict.US_LAYOUT_AND_CAPS_LOCK,
    }[fault.scanner != fault.host, bool(fault.lock)]
    arriving = typed(card_numbers.test_text(), fault)
    assert read_scanner_test(arriving + around) is expected
    assert card_numbers.TEST_END.casefold() == arriving[-3:].casefold()


@pytest.mark.parametrize("text", ["", "SCAN", NUMBER, card_numbers.test_text()[:-1], card_numbers.test_text() * 9])
def test_read_scanner_test_of_another_text_is_unreadable(text: str) -> None:
    assert read_scanner_test(text) is ScannerVerdict.UNREADABLE


def test_test_text_holds_every_symbol_stays_alphanumeric_and_is_no_card() -> None:
    text = card_numbers.test_text()
    assert set(ALPHABET + "YZ-/:.") <= set(text)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    with pytest.raises(UnreadableCode, match="unknown"):
        parse(text)


@given(st.text())
def test_read_scanner_test_of_any_text_gives_a_verdict(text: str) -> None:
    assert read_scanner_test(text) in ScannerVerdict


def test_wedge_scanner_types_what_has_been_seen_at_real_tills() -> None:
    """The scanner of these tests against three garbled scans known from users and from Windows' German layout."""
    us_on_german = Fault(scanner="us")
    assert typed("https://www.youtube.com/watch?v=1", us_on_german) == "httpsÖ--www.zoutube.com-watch_v´1"
    assert typed("K.4DJJW4FWA05W", Fault(lock="letters")) == "k.4djjw4fwa05w"
    assert typed("K.4DJJW4FWA05W", Fault(lock="all")) == "k:$djjw$fwa=%w"
