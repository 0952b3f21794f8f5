"""Undoing by till key, the same for earns and redemptions: within the window, without a body, answered alike."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from ninja import Status

from loyalty_site.api.answers import answered, undo_answer
from loyalty_site.api.auth import TillRequest
from loyalty_site.api.door import refuse_body
from loyalty_site.api.schemas import UndoAnswer
from rewards.domain.undo import undo
from rewards.models import BookingKind


def undo_by_till(
    *, request: TillRequest, response: HttpResponse, booking: UUID, kind: BookingKind, request_id: str
) -> Status[UndoAnswer]:
    """Undo the till's merchant's booking of this kind and answer it.

    Raises:
        BookingUnknown, RequestConflict: answered as problems by the API's handlers.
    """
    refuse_body(request)
    till = request.auth
    outcome = undo(
        merchant=till.merchant,
        booking=str(booking),
        till=till,
        staff=None,
        request_id=request_id,
        at=timezone.now(),
        window_seconds=settings.UNDO_SECONDS,
        channel="till",
        kinds=(kind,),
    )
    return answered(response, outcome, undo_answer(outcome, till.merchant))
