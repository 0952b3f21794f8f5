"""A wedge scanner for tests: what arrives on a computer when a scanner types a text as key strokes.

Played key by key from what is printed on the keyboards, so that it shares no table with the code under test.
`FAULTS` are the ways in which scanner, computer and Caps Lock may disagree; the first is none.
"""

import re
import unicodedata
from dataclasses import dataclass

# One keyboard, key by key, from the top left: what each layout prints on it, alone and with Shift.
KEYS = {
    "us": (
        "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./ ",
        '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>? ',
    ),
    "de": (
        "^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.- ",
        "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_ ",
    ),
    "ch": (
        "§1234567890'^qwertzuiopü¨$asdfghjklöäyxcvbnm,.- ",
        '°+"*ç%&/()=?`QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_ ',
    ),
}
ACCENTS = {"´": "\u0301", "`": "\u0300"}


@dataclass(frozen=True)
class Fault:
    """A scanner's layout, the computer's layout, and a lock: none, of the letters, or of all keys (Windows)."""

    scanner: str = "de"
    host: str = "de"
    lock: str = ""

    def table(self) -> dict[int, str]:
        """Return what each character that the scanner sends arrives as."""
        arriving: dict[int, str] = {}
        for sent in (0, 1):
            for key, character in enumerate(KEYS[self.scanner][sent]):
                plain, shifted = (row[key] for row in KEYS[self.host])
                is_turned = self.lock == "all" or (self.lock == "letters" and plain.upper() == shifted)
                # X11 makes a locked ß a capital one, which no key has.
                is_capital_sz = plain == "ß" and self.lock == "letters" and sent == 0
                arriving[ord(character)] = "ẞ" if is_capital_sz else (plain, shifted)[sent ^ is_turned]
        return arriving


FAULTS = [
    Fault(),
    Fault(scanner="us"),
    Fault(lock="letters"),
    Fault(scanner="us", lock="letters"),
    Fault(lock="all"),
    Fault(scanner="us", lock="all"),
    Fault(scanner="us", host="ch"),
    Fault(scanner="us", host="ch", lock="letters"),
    Fault(scanner="de", host="us"),
    Fault(scanner="de", host="us", lock="letters"),
]
TABLES = {fault: fault.table() for fault in FAULTS}


def typed(text: str, fault: Fault) -> str:
    """Return what arrives on the computer when the scanner reads the text; dead keys join the next letter."""
    return re.sub("[´`].", _joined, text.translate(TABLES[fault]))


def _joined(match: re.Match[str]) -> str:
    accented = unicodedata.normalize("NFC", match[0][1] + ACCENTS[match[0][0]])
    return accented if len(accented) == 1 else match[0]
