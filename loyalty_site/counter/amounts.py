"""Amounts of money as people type them at the counter: `12,40`, `12.40`, `1.234,50 €`.

Promises: pure; a text is read in exactly one way or not at all. What could be two sums (`1.234`) is asked back
instead of guessed, since guessing costs the shop a factor of a thousand.
"""

import re
from enum import StrEnum

MAX_DIGITS = 10
MAX_CENTS = 10_000_000
_TYPED = re.compile(r"[0-9.,\s'’\u202f\u00a0]*", re.ASCII)
_PLAIN = re.compile(r"([0-9]*)(?:[.,]([0-9]{1,2}))?")
_GROUPED = re.compile(r"([0-9]{1,3})(([.,'’ \u202f\u00a0])[0-9]{3}(?:\3[0-9]{3})*)(?:([.,])([0-9]{1,2}))?")
_ONE_GROUP = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")


class AmountProblem(StrEnum):
    """Why a text is no amount."""

    EMPTY = "empty"
    NOT_A_SUM = "not_a_sum"
    AMBIGUOUS = "ambiguous"
    TOO_MANY_DIGITS = "too_many_digits"
    ZERO = "zero"
    TOO_MUCH = "too_much"


class UnreadableAmount(ValueError):
    """A text that is no amount; its message is the reason alone."""

    def __init__(self, problem: AmountProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def parse_amount(text: str) -> int:
    """Return the cents (1 to 10,000,000) that a text stands for; comma and dot both part the cents.

    Groups of three are read where the sign between them is not the one before the cents.

    Raises:
        UnreadableAmount: with the reason; nothing else is ever raised.
    """
    typed = text.strip().removesuffix("€").removesuffix("EUR").removeprefix("€").strip()
    if not typed:
        raise UnreadableAmount(AmountProblem.EMPTY)
    if sum(map(str.isdigit, typed)) > MAX_DIGITS:
        raise UnreadableAmount(AmountProblem.TOO_MANY_DIGITS)
    euros, cents = _parts(typed)
    amount = int(euros or "0") * 100 + int(cents.ljust(2, "0"))
    if amount == 0:
        raise UnreadableAmount(AmountProblem.ZERO)
    if amount > MAX_CENTS:
        raise UnreadableAmount(AmountProblem.TOO_MUCH)
    return amount


def _parts(typed: str) -> tuple[str, str]:
    """Return the digits before and after the sign that parts the cents."""
    if not _TYPED.fullmatch(typed):
        raise UnreadableAmount(AmountProblem.NOT_A_SUM)
    if _ONE_GROUP.fullmatch(typed):
        raise UnreadableAmount(AmountProblem.AMBIGUOUS)
    plain = _PLAIN.fullmatch(typed)
    if plain is not None and (plain.group(1) or plain.group(2)):
        return plain.group(1), plain.group(2) or ""
    grouped = _GROUPED.fullmatch(typed)
    if grouped is None or grouped.group(3) == grouped.group(4):
        raise UnreadableAmount(AmountProblem.NOT_A_SUM)
    return grouped.group(1) + re.sub(r"\D", "", grouped.group(2)), grouped.group(5) or ""
