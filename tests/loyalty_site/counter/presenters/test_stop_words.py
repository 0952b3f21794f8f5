"""Every reason that a booking can carry has its colour, headline and sign; an unknown one is amber."""

import pytest

from fraud import wording as fraud_wording
from loyalty_site.counter.presenters.stop_words import WORDS, words_for
from rewards.wording.outcomes import OUTCOMES

RED = {"card_blocked", "card_replaced", "own_card"}


@pytest.mark.parametrize("code", sorted({*OUTCOMES, *fraud_wording.SENTENCES}))
def test_reason_that_the_domain_gives_has_words_of_its_own(code: str) -> None:
    assert code in WORDS
    assert str(words_for(code).title)
    assert (words_for(code).kind == "stop") == (code in RED)


def test_unknown_reason_is_amber_and_neutral() -> None:
    assert words_for("something_new").kind == "warn"
