"""``returns``: goods come back, and with them what their sale earned."""

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Status

from loyalty_site.api.answers import answered, return_answer
from loyalty_site.api.auth import IdempotencyKey, TillRequest
from loyalty_site.api.schemas import ReturnAnswer, ReturnBody
from rewards.domain.returns import return_sale

router = Router(tags=["Returns"])


@router.post(
    "",
    operation_id="bookReturn",
    summary="Return a sale, or a part of it",
    response={201: ReturnAnswer, 200: ReturnAnswer},
)
def book_return(
    request: TillRequest, response: HttpResponse, body: ReturnBody, idempotency_key: IdempotencyKey
) -> Status[ReturnAnswer]:
    """In proportion to the sum, in steps, never more than the balance holds. Items count with their amounts."""
    till = request.auth
    outcome = return_sale(
        merchant=till.merchant,
        booking=str(body.earn),
        amount_cents=body.amount_cents,
        items=tuple(item.to_item() for item in body.items),
        till=till,
        staff=None,
        request_id=idempotency_key,
        at=timezone.now(),
        channel="till",
    )
    return answered(response, outcome, return_answer(outcome, till.merchant))
