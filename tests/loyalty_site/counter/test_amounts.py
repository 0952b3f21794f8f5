"""Amounts as people type them: one reading or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_site.counter.amounts import MAX_CENTS, AmountProblem, UnreadableAmount, parse_amount

READ = [
    ("12,40", 1240),
    ("12.40", 1240),
    ("12,4", 1240),
    ("12", 1200),
    ("0,05", 5),
    (",50", 50),
    (".5", 50),
    ("007", 700),
    (" 12,40 € ", 1240),
    ("€12.40", 1240),
    ("12,40 EUR", 1240),
    ("1.234,50", 123_450),
    ("1,234.50", 123_450),
    ("1 234,50", 123_450),
    ("1'234.50", 123_450),
    ("100000", MAX_CENTS),
    ("100000,00", MAX_CENTS),
]
REFUSED = [
    ("", AmountProblem.EMPTY),
    ("  ", AmountProblem.EMPTY),
    ("€", AmountProblem.EMPTY),
    ("0", AmountProblem.ZERO),
    ("0,00", AmountProblem.ZERO),
    ("1.234", AmountProblem.AMBIGUOUS),
    ("1,234", AmountProblem.AMBIGUOUS),
    ("12,345,6", AmountProblem.NOT_A_SUM),
    ("1.234.50", AmountProblem.NOT_A_SUM),
    ("1.234.5", AmountProblem.NOT_A_SUM),
    ("12.345.678,00", AmountProblem.TOO_MUCH),
    ("1,2,3", AmountProblem.NOT_A_SUM),
    ("12,", AmountProblem.NOT_A_SUM),
    (",", AmountProblem.NOT_A_SUM),
    ("-5", AmountProblem.NOT_A_SUM),
    ("+5", AmountProblem.NOT_A_SUM),
    ("5e2", AmountProblem.NOT_A_SUM),
    ("0x10", AmountProblem.NOT_A_SUM),
    ("١٢", AmountProblem.NOT_A_SUM),
    ("²", AmountProblem.NOT_A_SUM),
    ("zwölf", AmountProblem.NOT_A_SUM),
    ("12\x0040", AmountProblem.NOT_A_SUM),
    ("100000,01", AmountProblem.TOO_MUCH),
    ("12345678901", AmountProblem.TOO_MANY_DIGITS),
    ("9" * 10_000, AmountProblem.TOO_MANY_DIGITS),
]


@pytest.mark.parametrize(("text", "cents"), READ)
def test_amount_typed_in_any_usual_way_is_read(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_amount_that_is_none_is_refused_with_the_reason(text: str, problem: AmountProblem) -> None:
    with pytest.raises(UnreadableAmount) as caught:
        parse_amount(text)
    assert caught.value.problem is problem
    assert str(caught.value) == problem.value


@given(st.integers(min_value=1, max_value=MAX_CENTS))
def test_every_amount_is_read_back_in_german_and_english(cents: int) -> None:
    euros, rest = divmod(cents, 100)
    english = f"{euros:,}.{rest:02d}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse_amount(english) == parse_amount(german) == parse_amount(f"{euros},{rest:02d}") == cents


@given(st.text(max_size=40))
def test_any_text_is_an_amount_in_range_or_refused(text: str) -> None:
    try:
        assert 1 <= parse_amount(text) <= MAX_CENTS
    except UnreadableAmount as error:
        assert error.problem in AmountProblem
