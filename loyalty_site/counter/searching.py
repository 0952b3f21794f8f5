"""Tells a card number that was typed badly from somebody's name or phone number. Pure."""

import re

MIN_CHARACTERS = 3
MAX_CHARACTERS = 60
_PREFIXED = re.compile(r"\s*[KTWRG]\s*[.:]", re.IGNORECASE)
_DIALLED = re.compile(r"[0-9+ ./()-]+", re.ASCII)


def is_search(text: str) -> bool:
    """Tell whether a typed text is meant for the search: all letters, all digits, or an e-mail address.

    A card number mixes letters and digits: one in 200 has no digit, one in 100,000 no letter.
    """
    wanted = text.strip()
    if not MIN_CHARACTERS <= len(wanted) <= MAX_CHARACTERS or not wanted.isprintable() or _PREFIXED.match(wanted):
        return False
    if "@" in wanted:
        return True
    has_letters = any(map(str.isalpha, wanted))
    return not any(map(str.isdigit, wanted)) if has_letters else bool(_DIALLED.fullmatch(wanted))
