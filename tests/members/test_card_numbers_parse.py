"""Reading codes: every spelling under every keyboard fault is read back, cuts and garbage are refused.

`typed` (see `wedge_scanner`) plays the scanner key by key and shares no table with the parser.
"""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from members.card_numbers import (
    ALPHABET,
    CodeKind,
    ScanFault,
    Scanned,
    UnreadableCode,
    UnreadableReason,
    check_symbol,
    grouped,
    is_valid,
    new_number,
    parse,
)
from tests.members.wedge_scanner import FAULTS, Fault, typed

NUMBER = "4DJJW4FWA05W"
# Number, grouped number -> what is printed, shown or typed.
SPELLINGS = [
    "{number}",
    "K.{number}",
    "{groups}",
    "{hyphens}",
    "{dots}",
    "https://treue.example/m/yazz/K.{number}",
    "HTTPS://TREUE.EXAMPLE/M/YAZZ/K.{number}",
    "HTTPS://TREUE.EXAMPLE/K/{number}",
    "https://treue.example/m/yazz/{number}",
]


def spelled(spelling: str, number: str) -> str:
    groups = grouped(number)
    return spelling.format(
        number=number, groups=groups, hyphens=groups.replace(" ", "-"), dots=groups.replace(" ", ".")
    )


def reason_of(text: str) -> UnreadableReason:
    with pytest.raises(UnreadableCode) as refusal:
        parse(text)
    return refusal.value.reason


numbers = st.text(ALPHABET, min_size=11, max_size=11).map(lambda body: body + check_symbol(body))
codes = st.text(ALPHABET, min_size=8, max_size=8)
faults = st.sampled_from(FAULTS)


def misread(number: str, *, spellings: list[str], faults: list[Fault]) -> list[tuple[str, Fault, str]]:
    """Return every spelling and fault under which the card's number is not read back."""
    lost = []
    for text in (spelled(spelling, number) for spelling in spellings):
        for fault in faults:
            arriving = typed(text, fault)
            try:
                scanned = parse(arriving)
                outcome = f"{scanned.kind}.{scanned.number}.{scanned.code}"
            except UnreadableCode as refusal:
                outcome = str(refusal)
            if outcome != f"K.{number}.":
                lost.append((arriving, fault, outcome))
    return lost


def test_parse_five_thousand_cards_in_every_spelling_under_every_fault_reads_the_number() -> None:
    draw = random.Random(5000)
    lost = []
    for _ in range(5000):
        lost += misread(new_number(choose=draw.choice), spellings=SPELLINGS, faults=FAULTS)
    assert not lost, (len(lost), lost[:5])


# Symbols that are separators once a lock has turned them (0 6 7), kinds' letters, and letters that join dead keys.
@given(st.text("067KTWRGAENX", min_size=11, max_size=11).map(lambda body: body + check_symbol(body)))
@example("00000000000" + check_symbol("00000000000"))
@example("AAAAAAAAAAA" + check_symbol("AAAAAAAAAAA"))
@example("KTWRGKTWRG0" + check_symbol("KTWRGKTWRG0"))
def test_parse_the_most_garbled_numbers_under_every_fault_reads_the_number(number: str) -> None:
    assert misread(number, spellings=SPELLINGS, faults=FAULTS) == []


@given(numbers)
def test_parse_after_an_equals_sign_reads_through_german_dead_keys(number: str) -> None:
    spellings = ["https://treue.example/m/yazz?c={number}", "https://treue.example/?K={number}"]
    on_german_hosts = [fault for fault in FAULTS if fault.host == "de"]
    assert misread(number, spellings=spellings, faults=on_german_hosts) == []


@given(numbers, faults, st.sampled_from([CodeKind.CARD, CodeKind.RECEIPT, CodeKind.VOUCHER]))
def test_parse_with_a_kind_reads_kind_and_number(number: str, fault: Fault, kind: CodeKind) -> None:
    for text in (f"{kind}.{number}", f"https://treue.example/m/shop/{kind}.{number}", f"{kind}.{grouped(number)}"):
        scanned = parse(typed(text, fault))
        assert (scanned.kind, scanned.number, scanned.code) == (kind, number, "")


@given(numbers, codes, faults)
def test_parse_a_rotating_code_reads_number_and_code(number: str, code: str, fault: Fault) -> None:
    scanned = parse(typed(f"T.{number}.{code}", fault))
    assert (scanned.kind, scanned.number, scanned.code) == (CodeKind.ROTATING, number, code)


@given(numbers, st.integers(0, 10**8 - 1), faults)
def test_parse_a_wallet_code_reads_number_and_eight_digits(number: str, code: int, fault: Fault) -> None:
    scanned = parse(typed(f"W.{number}.{code:08}", fault))
    assert (scanned.kind, scanned.number, scanned.code) == (CodeKind.WALLET, number, f"{code:08}")


@given(numbers, codes, st.data())
def test_parse_a_cut_off_code_is_too_short_and_never_another_card(number: str, code: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([f"K.{number}", f"G.{grouped(number)}", f"T.{number}.{code}"]))
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    assert reason_of(cut) is UnreadableReason.TOO_SHORT


@given(numbers, st.integers(1, 11), st.sampled_from(["K.", "K/", ""]))
def test_parse_a_cut_off_address_never_reads_another_card(number: str, length: int, prefix: str) -> None:
    # Folders of one to eleven symbols, each of which would fill up one of the cuts.
    for folder in ("A", "AB", "CDE", "SHOP", "CAFES", "SALON1", "BAECKER", "BAECKERE"):
        address = f"HTTPS://TREUE.EXAMPLE/M/{folder}/{prefix}{number[:length]}"
        assert reason_of(address) in {UnreadableReason.TOO_SHORT, UnreadableReason.UNKNOWN}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", UnreadableReason.EMPTY),
        (" \t\r\n", UnreadableReason.EMPTY),
        ("\x00\u200f\ufeff", UnreadableReason.EMPTY),
        ("4DJJ W4FW", UnreadableReason.TOO_SHORT),
        ("K.", UnreadableReason.TOO_SHORT),
        ("T.4DJJW4FWA05W", UnreadableReason.TOO_SHORT),
        ("T.4DJJW4FWA05W.1234567", UnreadableReason.TOO_SHORT),
        ("W.4DJJW4FWA05W.1234567", UnreadableReason.TOO_SHORT),
        ("4DJJ W4FW A05X", UnreadableReason.CHECK_SYMBOL),
        ("K.4DJJW4FWA05X", UnreadableReason.CHECK_SYMBOL),
        ("T.4DJJW4FWA05X.12345678", UnreadableReason.CHECK_SYMBOL),
        ("4DJJW4FWA05WW", UnreadableReason.UNKNOWN),
        ("W.4DJJW4FWA05W.1234567A", UnreadableReason.UNKNOWN),
        ("K.4DJJW4FWA05W.12345678", UnreadableReason.UNKNOWN),
        ("Frau Berger 4DJJ W4FW A05W", UnreadableReason.UNKNOWN),
        ("+49 171 2345678", UnreadableReason.UNKNOWN),
        ("berger@web.de", UnreadableReason.UNKNOWN),
        ("https://treue.example/impressum", UnreadableReason.UNKNOWN),
        ("...", UnreadableReason.UNKNOWN),
        ("🎂" * 12, UnreadableReason.UNKNOWN),
        ("４ＤＪＪＷ４ＦＷＡ０５Ｗ", UnreadableReason.UNKNOWN),
        ("4\u0301DJJW4FWA05W", UnreadableReason.UNKNOWN),
        ("٤DJJW4FWA05W", UnreadableReason.UNKNOWN),
        ("4DJJW4FWA05W\ud800", UnreadableReason.UNKNOWN),
        ("4ﬁJJW4FWA05W", UnreadableReason.UNKNOWN),
        ("4DJJW4FWA0ſW", UnreadableReason.UNKNOWN),
        (NUMBER + " " * 289, UnreadableReason.TOO_LONG),
        ("4" * 10_000, UnreadableReason.TOO_LONG),
    ],
)
def test_parse_what_is_no_code_says_why(text: str, reason: UnreadableReason) -> None:
    assert reason_of(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        "4djjw4fwa05w",
        "4DJJ·W4FW·A05W",
        "4djj – w4fw – a05w",
        " 4 D J J W 4 F W A 0 5 W ",
        "4DJJW4FWAOSW",
        "k 4djj w4fw aosw",
        "\u200e4DJJ W4FW A05W\u200f",
        "\ufeff4DJJW4FWA05W\x00\r\n",
        "4DJJ\u00a0W4FW\u00a0A05W",
        "HTTPS://TREUE.EXAMPLE/K/4DJJW4FWA05W/",
        NUMBER + " " * 288,
    ],
)
def test_parse_what_people_type_and_paste_reads_the_card(text: str) -> None:
    assert (parse(text).kind, parse(text).number) == (CodeKind.CARD, NUMBER)


def test_parse_reads_the_letters_outside_the_alphabet_as_their_look_alikes() -> None:
    number = "0115V000000" + check_symbol("0115V000000")
    for alike in ("OILSUoooooo", "oilsuOOOOOO"):
        assert parse(alike + number[-1]).number == number


@given(st.text() | st.text(ALPHABET + 'KTWRG./:- ßöÖẞ´`ÁÈé!"§$%&()=\x00\u200f\u0301４', max_size=40))
@example("\ud800")
@example("https.77")
def test_parse_any_text_reads_a_valid_code_or_raises_unreadable_code(text: str) -> None:
    try:
        scanned = parse(text)
    except UnreadableCode as refusal:
        assert str(refusal) == refusal.reason
    else:
        assert is_valid(scanned.number)
        assert len(scanned.code) == (8 if scanned.kind in {CodeKind.ROTATING, CodeKind.WALLET} else 0)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(), set()),
        (Fault(scanner="us"), {ScanFault.US_LAYOUT}),
        (Fault(lock="letters"), {ScanFault.CAPS_LOCK}),
        (Fault(lock="all"), {ScanFault.CAPS_LOCK}),
        (Fault(scanner="us", lock="letters"), {ScanFault.US_LAYOUT, ScanFault.CAPS_LOCK}),
        (Fault(scanner="us", lock="all"), {ScanFault.US_LAYOUT, ScanFault.CAPS_LOCK}),
    ],
)
def test_parse_of_a_garbled_address_names_the_faults(fault: Fault, expected: set[ScanFault]) -> None:
    assert parse(typed(f"HTTPS://TREUE.EXAMPLE/K/{NUMBER}", fault)).faults == expected


def test_parse_of_plain_spellings_names_no_fault() -> None:
    for text in (
        NUMBER,
        NUMBER.lower(),
        grouped(NUMBER),
        f"K.{NUMBER}",
        f"https://bäckerei-größe.example/m/x/K.{NUMBER}",
    ):
        assert parse(text).faults == frozenset()


def test_scanned_and_refusals_do_not_show_what_was_read() -> None:
    assert NUMBER not in repr(parse(f"G.{NUMBER}"))
    assert "1234567X" not in repr(parse(f"T.{NUMBER}.1234567X"))
    with pytest.raises(UnreadableCode) as refusal:
        parse("K.4DJJW4FWA05X")
    assert "4DJJ" not in repr(refusal.value)
    assert parse(f"K.{NUMBER}") == Scanned(kind=CodeKind.CARD, number=NUMBER)
