"""``redemptions``: a balance buys a reward, and an undo gives it back."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Status

from loyalty_site.api.answers import answered, redemption_answer
from loyalty_site.api.auth import IdempotencyKey, TillRequest
from loyalty_site.api.schemas import RedemptionAnswer, RedemptionBody, UndoAnswer
from loyalty_site.api.undoing import undo_by_till
from members.domain.cards import read_card
from rewards.domain.redeem import redeem
from rewards.models import BookingKind

router = Router(tags=["Redemptions"])


@router.post(
    "",
    operation_id="bookRedemption",
    summary="Redeem a reward",
    response={201: RedemptionAnswer, 200: RedemptionAnswer},
)
def book_redemption(
    request: TillRequest, response: HttpResponse, body: RedemptionBody, idempotency_key: IdempotencyKey
) -> Status[RedemptionAnswer]:
    """Takes the price and reserves the reward. `step_up` says which proof is missing, mostly a fresh code."""
    till, at = request.auth, timezone.now()
    found = read_card(merchant=till.merchant, text=body.card, at=at)
    outcome = redeem(
        merchant=till.merchant,
        card=found.card,
        reward=str(body.reward),
        code_step=found.step,
        till=till,
        staff=None,
        request_id=idempotency_key,
        at=at,
        channel="till",
    )
    return answered(response, outcome, redemption_answer(outcome, till.merchant))


@router.post(
    "/{redemption_id}/undo",
    operation_id="undoRedemption",
    summary="Undo a redemption",
    response={201: UndoAnswer, 200: UndoAnswer},
)
def undo_redemption(
    request: TillRequest, response: HttpResponse, redemption_id: UUID, idempotency_key: IdempotencyKey
) -> Status[UndoAnswer]:
    """Possible for two minutes; the units are back on the card as they were. No body."""
    return undo_by_till(
        request=request, response=response, booking=redemption_id, kind=BookingKind.REDEEM, request_id=idempotency_key
    )
