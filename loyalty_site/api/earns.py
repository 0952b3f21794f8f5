"""``earns``: a sale is booked, undone, explained."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Status

from loyalty_site.api.answers import answered, earn_answer
from loyalty_site.api.auth import IdempotencyKey, TillRequest
from loyalty_site.api.schemas import (
    CheckAnswer,
    EarnAnswer,
    EarnBody,
    ExplanationAnswer,
    RuleAnswer,
    Texts,
    UndoAnswer,
    WhyInBoth,
)
from loyalty_site.api.undoing import undo_by_till
from rewards.domain.earn import Sale, earn
from rewards.models import BookingKind
from rewards.queries.explain import Explained, ExplainedRule, explain

router = Router(tags=["Earns"])


@router.post(
    "",
    operation_id="bookEarn",
    summary="Book a sale on a card",
    response={201: EarnAnswer, 200: EarnAnswer},
)
def book_earn(
    request: TillRequest, response: HttpResponse, body: EarnBody, idempotency_key: IdempotencyKey
) -> Status[EarnAnswer]:
    """A refusal is an outcome too: 201 with `"outcome": "refused"` and its reasons, because it is recorded."""
    till = request.auth
    outcome = earn(
        merchant=till.merchant,
        card_token=body.card,
        sale=Sale(
            amount_cents=body.amount_cents,
            items=tuple(item.to_item() for item in body.items),
            receipt=body.receipt,
            occurred_at=body.occurred_at,
        ),
        till=till,
        staff=None,
        request_id=idempotency_key,
        at=timezone.now(),
        channel="till",
    )
    return answered(response, outcome, earn_answer(outcome, till.merchant))


@router.post(
    "/{earn_id}/undo",
    operation_id="undoEarn",
    summary="Undo an earn",
    response={201: UndoAnswer, 200: UndoAnswer},
)
def undo_earn(
    request: TillRequest, response: HttpResponse, earn_id: UUID, idempotency_key: IdempotencyKey
) -> Status[UndoAnswer]:
    """Possible for two minutes and while the units are there; later a manager can do it at the counter. No body."""
    return undo_by_till(
        request=request, response=response, booking=earn_id, kind=BookingKind.EARN, request_id=idempotency_key
    )


@router.get("/{earn_id}/explain", operation_id="explainEarn", summary="Explain an earn", response=ExplanationAnswer)
def explain_earn(request: TillRequest, earn_id: UUID) -> ExplanationAnswer:
    """Rule by rule: which condition held or failed, in German and English, as it was decided then."""
    explanation = explain(merchant=request.auth.merchant, booking=str(earn_id))
    return ExplanationAnswer.model_validate(
        {
            "id": explanation.booking,
            "outcome": explanation.status,
            "occurred_at": explanation.occurred_at,
            "reasons": [_in_both(reason) for reason in explanation.reasons],
            "rules": [_rule(rule) for rule in explanation.rules],
        }
    )


def _rule(rule: ExplainedRule) -> RuleAnswer:
    return RuleAnswer(
        rule=rule.rule,
        version=rule.version,
        name=rule.name,
        program=rule.program,
        granted=rule.granted,
        checks=[
            CheckAnswer(held=check.held, code=check.reason.code, text=Texts(**check.reason.texts))
            for check in rule.checks
        ],
        stopped_by=None if rule.stopped_by is None else _in_both(rule.stopped_by),
    )


def _in_both(reason: Explained) -> WhyInBoth:
    return WhyInBoth(code=reason.code, text=Texts(**reason.texts))
