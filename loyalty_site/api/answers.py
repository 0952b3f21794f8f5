"""From an outcome of the domain to the body of an answer, its sentences in the active language."""

from collections.abc import Mapping
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import get_language
from ninja import Status
from pydantic import BaseModel

from loyalty_site.api.schemas import (
    Balance,
    EarnAnswer,
    GrantAnswer,
    NextRewardAnswer,
    RedemptionAnswer,
    ReturnAnswer,
    TakenBack,
    UndoAnswer,
    Why,
)
from members.models import Merchant
from rewards.domain.outcome import BalanceLine, GrantLine, Outcome
from rewards.domain.programs import book_for
from rewards.engine.reasons import Reason
from rewards.wording import sentence
from rewards.wording.outcomes import OUTCOMES, outcome_sentence

REPLAYED_HEADER = "Idempotent-Replayed"
AnswerT = TypeVar("AnswerT", bound=BaseModel)
_EARNED: Mapping[str, Literal["posted", "held", "refused"]] = {
    "posted": "posted",
    "held": "held",
    "refused": "refused",
}
_REDEEMED: Mapping[str, Literal["redeemed", "step_up", "refused"]] = {
    "posted": "redeemed",
    "step_up": "step_up",
    "refused": "refused",
}
_RETURNED: Mapping[str, Literal["posted", "refused"]] = {"posted": "posted", "refused": "refused"}
_UNDONE: Mapping[str, Literal["undone", "refused"]] = {"posted": "undone", "refused": "refused"}


def answered(response: HttpResponse, outcome: Outcome, body: AnswerT) -> Status[AnswerT]:
    """Return 201 for a first outcome; for a repetition 200, and a header that says so."""
    if not outcome.replayed:
        return Status(201, body)
    response.headers[REPLAYED_HEADER] = "true"
    return Status(200, body)


def earn_answer(outcome: Outcome, merchant: Merchant) -> EarnAnswer:
    """Return the body for a sale."""
    return EarnAnswer(
        id=outcome.booking,
        outcome=_EARNED[outcome.status],
        grants=[_grant(line, merchant) for line in outcome.grants],
        balances=balances(outcome.balances),
        reasons=_reasons(outcome, merchant),
    )


def redemption_answer(outcome: Outcome, merchant: Merchant) -> RedemptionAnswer:
    """Return the body for a redemption."""
    return RedemptionAnswer(
        id=outcome.booking,
        outcome=_REDEEMED[outcome.status],
        voucher=None,
        balances=balances(outcome.balances),
        reasons=_reasons(outcome, merchant),
    )


def return_answer(outcome: Outcome, merchant: Merchant) -> ReturnAnswer:
    """Return the body for a return; what was taken is told as a positive number."""
    return ReturnAnswer(
        id=outcome.booking,
        outcome=_RETURNED[outcome.status],
        taken_back=[
            TakenBack(
                program=line.program,
                program_name=line.program_name,
                unit=line.unit,
                unit_name=line.unit_name,
                amount=-line.amount,
                missing=int(line.why.params["missing_units"]),
                why=_why(line.why, merchant, line.program),
            )
            for line in outcome.grants
        ],
        balances=balances(outcome.balances),
        reasons=_reasons(outcome, merchant),
    )


def undo_answer(outcome: Outcome, merchant: Merchant) -> UndoAnswer:
    """Return the body for an undo."""
    return UndoAnswer(
        id=outcome.booking,
        outcome=_UNDONE[outcome.status],
        undone=str(outcome.details["undone"]),
        balances=balances(outcome.balances),
        reasons=_reasons(outcome, merchant),
    )


def balances(lines: tuple[BalanceLine, ...]) -> list[Balance]:
    """Return balance lines as answered."""
    return [
        Balance(
            program=line.program,
            program_name=line.program_name,
            unit=line.unit,
            unit_name=line.unit_name,
            available=line.available,
            pending=line.pending,
            next_reward=None
            if line.next_reward is None
            else NextRewardAnswer(
                reward=line.next_reward.reward,
                name=line.next_reward.name,
                price=line.next_reward.price,
                missing=line.next_reward.missing,
            ),
        )
        for line in lines
    ]


def _grant(line: GrantLine, merchant: Merchant) -> GrantAnswer:
    return GrantAnswer(
        program=line.program,
        program_name=line.program_name,
        unit=line.unit,
        unit_name=line.unit_name,
        amount=line.amount,
        why=_why(line.why, merchant, line.program),
    )


def _reasons(outcome: Outcome, merchant: Merchant) -> list[Why]:
    language, zone = get_language() or "de", ZoneInfo(merchant.timezone)
    return [
        Why(code=reason.code, text=outcome_sentence(reason, language=language, zone=zone)) for reason in outcome.reasons
    ]


def _why(reason: Reason, merchant: Merchant, program: str) -> Why:
    """Return a grant's reason, with the words that its program has for units."""
    language = get_language() or "de"
    if reason.code in OUTCOMES:
        text = outcome_sentence(reason, language=language, zone=ZoneInfo(merchant.timezone))
    else:
        live = next((found for found in book_for(merchant).programs if found.public_id == program), None)
        text = sentence(
            reason,
            language=language,
            unit_singular=live.unit_singular if live else None,
            unit_plural=live.unit_plural if live else None,
        )
    return Why(code=reason.code, text=text)
