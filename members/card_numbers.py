"""Card numbers and the codes that carry them: make, check, print, and read what a scanner or a person typed.

A number is 11 random symbols of a 29-symbol alphabet and a check symbol. 29 is prime, so one wrong symbol, two
swapped neighbours and two symbols swapped over a third are always noticed. The alphabet lacks I L O S U Y Z: no
look-alikes, and a scanner set to an English keyboard cannot garble it on a German computer. A code is
`K.<number>`; the letter says what it is. After a second dot, `T.` and `W.` carry a code that lives shortly.

Promises: `parse` raises nothing but `UnreadableCode`, takes linear time over at most 300 characters, and never
quotes what it read (numbers of vouchers and receipts are as good as money). Whether a card exists or a rotating
code is fresh is not known here: see `rotating_codes`.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRTVWX"
NUMBER_LENGTH = 12
CODE_LENGTH = 8
MAX_TEXT_LENGTH = 300
TEST_END = "END"

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
# Only ASCII is upper-cased, by table: 'ß'.upper() is 'SS' and would turn a hyphen into two symbols, 'ı'.upper()
# is 'I', 'ﬁ'.upper() is 'FI'.
_FOLD = str.maketrans(
    {symbol.lower(): symbol for symbol in ALPHABET}
    | dict.fromkeys("Oo", "0")
    | dict.fromkeys("IiLl", "1")
    | dict.fromkeys("Ss", "5")
    | dict.fromkeys("Uu", "V")
)
# ß ö ´ ` are what a US scanner makes of - : = on a German host, ' of - on a Swiss one; & is what a German scanner
# makes of / on a US host.
_SEPARATORS = re.compile(r"([\s./\\\-_?=&:;,#'·‐‑–—ßẞöÖ´`]+)")
# A US scanner's = is a dead key on a German host: with the next letter it becomes one accented letter.
_DEAD_KEYS = {
    ord(accented): f"={letter}"
    for letter in ALPHABET + ALPHABET.lower()
    for accent in "\N{COMBINING ACUTE ACCENT}\N{COMBINING GRAVE ACCENT}"
    if len(accented := unicodedata.normalize("NFC", letter + accent)) == 1
}
_TRACES_OF_US_LAYOUT = re.compile(f"[ßẞöÖ´`{''.join(map(chr, _DEAD_KEYS))}]")
# Caps Lock turns letters round. Windows' German layout has a typewriter's shift lock instead, which turns digits
# and signs round as well: K.4DJJ arrives as k:$djj, and :// from a German scanner as .77 (its / is Shift and 7).
_SMALL, _CAPITAL = "abcdefghijklmnopqrstuvwxyzäöü", "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ"
_PLAIN, _SHIFTED = "1234567890ß´+#,.-", "!\"§$%&/()=?`*';:_"
_CAPS_LOCK = str.maketrans(_SMALL + _CAPITAL, _CAPITAL + _SMALL)
_SHIFT_LOCK = _CAPS_LOCK | str.maketrans(_PLAIN + _SHIFTED, _SHIFTED + _PLAIN)
_SHIFTED_DIGIT = re.compile(r'[!"§$%&/()=]')
_SHIFTED_ADDRESS = re.compile(r"https?\.77", re.IGNORECASE)

_TEST_TEXT = f"SCAN.{ALPHABET}.YZ-/:.{TEST_END}"
# Swapped Y and Z give the layout away; which signs stand for - / : differs between German and Swiss.
_TEST_TEXT_US_LAYOUT = re.compile(rf"SCAN\.{ALPHABET}\.ZY[^0-9A-Za-z]{{3}}\.{TEST_END}")


class CodeKind(StrEnum):
    """What a code is for, named by the letter it starts with."""

    CARD = "K"
    ROTATING = "T"
    WALLET = "W"
    RECEIPT = "R"
    VOUCHER = "G"


_KINDS = {kind.value: kind for kind in CodeKind}
_TAILS = ({NUMBER_LENGTH}, {4})
_WITH_CODE = frozenset({CodeKind.ROTATING, CodeKind.WALLET})


class ScanFault(StrEnum):
    """A setting that garbled a readable scan: a guess, for a hint to staff, never a reason to refuse."""

    US_LAYOUT = "us_layout"
    CAPS_LOCK = "caps_lock"


class UnreadableReason(StrEnum):
    """Why a text is none of our codes."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    CHECK_SYMBOL = "check_symbol"
    UNKNOWN = "unknown"


class ScannerVerdict(StrEnum):
    """What the scanned test text says about the scanner and the computer it is plugged into."""

    OK = "ok"
    US_LAYOUT = "us_layout"
    CAPS_LOCK = "caps_lock"
    US_LAYOUT_AND_CAPS_LOCK = "us_layout_and_caps_lock"
    UNREADABLE = "unreadable"


class UnreadableCode(ValueError):
    """A text that is none of our codes; its message is the reason alone, so that no log repeats the text."""

    def __init__(self, reason: UnreadableReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scanned:
    """One code as read: kind, 12-symbol number, the 8 symbols or digits of T and W, and the faults noticed.

    Number and code stay out of the repr, and so out of error pages and logs.
    """

    kind: CodeKind
    number: str = field(repr=False)
    code: str = field(default="", repr=False)
    faults: frozenset[ScanFault] = frozenset()


def check_symbol(body: str) -> str:
    """Return the check symbol of 1 to 27 symbols: sum of i times the value of symbol i (from 1), modulo 29.

    The check symbol itself weighs -1. Up to 27 symbols, all weights differ and none is 0: hence the promise above.

    Raises:
        ValueError: the body is empty, too long, or has a symbol outside the alphabet.
    """
    if not 1 <= len(body) <= len(ALPHABET) - 2 or not _is_symbols(body):
        raise ValueError("a body is 1 to 27 symbols of the alphabet")
    return ALPHABET[sum(weight * _VALUES[symbol] for weight, symbol in enumerate(body, 1)) % len(ALPHABET)]


def new_number(*, choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a random number (29**11 of them, 53 bits); `choose` picks one symbol and must be unpredictable."""
    body = "".join(choose(ALPHABET) for _ in range(NUMBER_LENGTH - 1))
    return body + check_symbol(body)


def is_valid(number: str) -> bool:
    """Tell whether this is a number as stored: 12 symbols, upper case, unseparated, with its check symbol."""
    return len(number) == NUMBER_LENGTH and _is_symbols(number) and check_symbol(number[:-1]) == number[-1]


def grouped(number: str) -> str:
    """Return the number in groups of four, as it is printed and read out: `4DJJ W4FW A05W`."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def masked(number: str) -> str:
    """Return the number's first and last group, `4DJJ … A05W`; of anything but 12 symbols, nothing."""
    return f"{number[:4]} … {number[-4:]}" if len(number) == NUMBER_LENGTH else "…"


def parse(text: str) -> Scanned:
    """Read what a scanner or a person typed, in any spelling, under a wrong layout, Caps Lock or both.

    A number may stand alone, in groups, in lower case, after a kind's letter, or at the end of a web address.
    A bare number is a card. O, I, L, S and U are read as 0, 1, 1, 5 and V. One in 29 other texts of 12 symbols
    (a phone number, "Martin Becker") passes: where people also search, an unknown card means "search for it".

    Raises:
        UnreadableCode: with the reason; nothing else is ever raised, whatever the text.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise UnreadableCode(UnreadableReason.TOO_LONG)
    visible = text if text.isprintable() else "".join(filter(_is_visible, text))
    if not visible.strip():
        raise UnreadableCode(UnreadableReason.EMPTY)
    if _SHIFTED_ADDRESS.match(visible):
        return _read_under_shift_lock(visible)
    try:
        return _read(visible)
    except UnreadableCode as plainly:
        if not _SHIFTED_DIGIT.search(visible):
            raise
        try:
            return _read_under_shift_lock(visible)
        except UnreadableCode:
            raise plainly from None


def test_text() -> str:
    """Return the symbols of the QR code on the page that checks a scanner. It is no card.

    It holds the whole alphabet and the keys that move between layouts (Y Z - / :), and ends in `TEST_END`.
    """
    return _TEST_TEXT


def read_scanner_test(text: str) -> ScannerVerdict:
    """Tell from the scanned test text which settings garble scans; blanks, Tab and Enter around it are ignored.

    A missing Enter leaves no trace in the text: the page sees `TEST_END` (in either case) arrive unsubmitted.
    """
    scanned = text[:MAX_TEXT_LENGTH].strip()
    if scanned == _TEST_TEXT:
        return ScannerVerdict.OK
    if _TEST_TEXT_US_LAYOUT.fullmatch(scanned):
        return ScannerVerdict.US_LAYOUT
    unlocked = (scanned.translate(_CAPS_LOCK), scanned.translate(_SHIFT_LOCK))
    if _TEST_TEXT in unlocked:
        return ScannerVerdict.CAPS_LOCK
    if any(map(_TEST_TEXT_US_LAYOUT.fullmatch, unlocked)):
        return ScannerVerdict.US_LAYOUT_AND_CAPS_LOCK
    return ScannerVerdict.UNREADABLE


def _read_under_shift_lock(text: str) -> Scanned:
    """Read the code as it would have arrived without Windows' German shift lock."""
    scanned = _read(text.translate(_SHIFT_LOCK))
    return replace(scanned, faults=scanned.faults | {ScanFault.CAPS_LOCK})


def _read(text: str) -> Scanned:
    """Read the code at the end of the text, as words between separators: kind, number, code."""
    pieces = _SEPARATORS.split(text.translate(_DEAD_KEYS).strip())
    typed, gaps = (pieces if pieces[-1] else pieces[:-2])[::2], pieces[1::2]
    words = [word.translate(_FOLD) for word in typed]
    number_at, code_at = _locate(words)
    kind = _kind_before(words, number_at)
    number, code = "".join(words[number_at:code_at]), "".join(words[code_at:])

    # At the end of an address, but not of a sentence, and without its last folder filling up a cut-off number.
    is_tail = kind is None and number_at > 0
    if is_tail and (gaps[number_at - 1].isspace() or {len(word) for word in words[number_at:]} not in _TAILS):
        raise UnreadableCode(UnreadableReason.UNKNOWN)
    # A kind's letter and a dot among the twelve: a code was cut off, and its letter or address fills it up.
    if any(words[at] in _KINDS and not gaps[at].isspace() for at in range(number_at, code_at - 1)):
        raise UnreadableCode(UnreadableReason.TOO_SHORT)
    if not is_valid(number):
        raise UnreadableCode(UnreadableReason.CHECK_SYMBOL)
    if kind in _WITH_CODE and not code:
        raise UnreadableCode(UnreadableReason.TOO_SHORT)
    if kind is CodeKind.WALLET and not code.isdecimal():
        raise UnreadableCode(UnreadableReason.UNKNOWN)
    faults = _faults(text, as_typed="".join(typed[number_at - 1 :]) if kind else "")
    return Scanned(kind=kind or CodeKind.CARD, number=number, code=code, faults=faults)


def _locate(words: list[str]) -> tuple[int, int]:
    """Return the words at which number and code start; without a code, that is the end of the text."""
    code_at = _start_of(words, CODE_LENGTH, end=len(words))
    number_at = None if code_at is None else _start_of(words, NUMBER_LENGTH, end=code_at)
    if code_at is not None and number_at is not None and _kind_before(words, number_at) in _WITH_CODE:
        return number_at, code_at
    number_at = _start_of(words, NUMBER_LENGTH, end=len(words))
    if number_at is None:
        raise UnreadableCode(_why_no_number(words))
    return number_at, len(words)


def _start_of(words: list[str], length: int, *, end: int) -> int | None:
    """Return where whole words of exactly `length` symbols start that end before word `end`."""
    start, missing = end, length
    while missing > 0 and start > 0 and _is_symbols(words[start - 1]):
        start -= 1
        missing -= len(words[start])
    return start if missing == 0 else None


def _kind_before(words: list[str], at: int) -> CodeKind | None:
    """Return the kind named by the word before this one, if that is a kind's letter alone."""
    return _KINDS.get(words[at - 1]) if at > 0 else None


def _why_no_number(words: list[str]) -> UnreadableReason:
    """Tell a code that was cut off (too few symbols, alone or after a kind's letter) from anything else."""
    symbols, full = 0, NUMBER_LENGTH
    for word in reversed(words):
        if not _is_symbols(word):
            return UnreadableReason.UNKNOWN
        if word in _KINDS:
            full += CODE_LENGTH if _KINDS[word] in _WITH_CODE else 0
            break
        symbols += len(word)
    return UnreadableReason.TOO_SHORT if symbols < full and words != [""] else UnreadableReason.UNKNOWN


def _faults(text: str, *, as_typed: str) -> frozenset[ScanFault]:
    """Guess the faults: signs that only a wrong layout makes; in small letters what is printed in capitals."""
    us_layout = "://" not in text and _TRACES_OF_US_LAYOUT.search(text)
    found = {ScanFault.US_LAYOUT: us_layout, ScanFault.CAPS_LOCK: as_typed.islower()}
    return frozenset(fault for fault, is_there in found.items() if is_there)


def _is_symbols(text: str) -> bool:
    """Tell whether every character is a symbol of the alphabet; true for an empty text."""
    return all(symbol in _VALUES for symbol in text)


def _is_visible(character: str) -> bool:
    """Tell whether a character prints or separates; NUL, direction marks and zero-width joiners do not."""
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf"}
