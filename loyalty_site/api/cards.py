"""``cards``: what a till may know about a card that is shown to it."""

from typing import Annotated

from django.utils import timezone
from ninja import Path, Router

from loyalty_site.api import problems, rates
from loyalty_site.api.answers import balances
from loyalty_site.api.auth import TillRequest
from loyalty_site.api.problems import FieldError, ProblemFound
from loyalty_site.api.schemas import Affordable, CardAnswer
from members.card_numbers import MAX_TEXT_LENGTH, CodeKind
from members.domain.cards import read_card
from rewards.domain.programs import book_for
from rewards.queries.balances import affordable_rewards, balance_lines, holdings_for

router = Router(tags=["Cards"])
Number = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_TEXT_LENGTH,
        description="The number, in any spelling. Never a fresh code: addresses are logged.",
    ),
]

_NUMBER_ONLY = FieldError(
    field="number", location="path", code="number_only", detail="Send the number only: a fresh code belongs in a body"
)


@router.get("/{number}", operation_id="showCard", summary="Look a card up", response=CardAnswer)
def show_card(request: TillRequest, number: Number) -> CardAnswer:
    """State, level, balances and affordable rewards; of its holder, first name and initial only."""
    till, at = request.auth, timezone.now()
    rates.spend(rate=rates.LOOKUPS, till=till, at=at)
    found = read_card(merchant=till.merchant, text=number, at=at)
    if found.kind is not CodeKind.CARD:
        raise ProblemFound(problems.NOT_UNDERSTOOD, errors=[_NUMBER_ONLY])
    book, card = book_for(till.merchant), found.card
    holdings = holdings_for(merchant=till.merchant, card=card)
    return CardAnswer.model_validate(
        {
            "number": card.number,
            "status": card.state,
            "level": card.level,
            "name": card.member.counter_name if card.member else None,
            "balances": balances(balance_lines(book=book, holdings=holdings, at=at)),
            "rewards": [
                Affordable(reward=reward.public_id, name=reward.name, program=program.public_id, price=reward.price)
                for program, reward in affordable_rewards(book=book, holdings=holdings, at=at)
            ],
        }
    )
