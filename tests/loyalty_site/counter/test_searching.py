"""Names and phone numbers are searched for; what looks like a card number is not."""

import pytest

from loyalty_site.counter.searching import is_search


@pytest.mark.parametrize(
    "text",
    [
        "Anna",
        "anna b",
        "Müller-Lüdenscheid",
        "O'Brien",
        "Яна",
        "0176 1234567",
        "+49 (0)30/12 34",
        "7654321",
        "a@b.example",
    ],
)
def test_name_or_number_of_a_person_is_a_search(text: str) -> None:
    assert is_search(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "An",
        "  x ",
        "4DJJ W4FW A05W",
        "4djjw4fwa05",
        "K.ABCDEFGHJKMN",
        "R.ABCD",
        "Anna3",
        "🙂🙂🙂",
        "\u202eanna",
        "ann\0a",
        "x" * 61,
    ],
)
def test_code_garbage_or_too_little_is_no_search(text: str) -> None:
    assert not is_search(text)
