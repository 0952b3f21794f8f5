"""Handing out a blank card: it is scanned, collects at once, and is registered later or never."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from loyalty_site.counter.forms import CARD_UNKNOWN, UNREADABLE, Attempt
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.lookup import lookup_page
from loyalty_site.counter.views.scan import answer_card
from members.card_numbers import UnreadableCode
from members.domain.cards import CardUnknown, read_card
from members.models import Card, CardState
from rewards.queries.history import booking_of_request

NOT_BLANK = gettext_lazy("This card is in use already. Take a new, blank one.")


@require_POST
@on_shift
def issue(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Book on a blank card that is handed out; a card in use is refused, or somebody else's would be given away."""
    attempt = Attempt.from_post(request.POST)
    try:
        found = read_card(merchant=desk.merchant, text=attempt.text, at=desk.at)
    except UnreadableCode as problem:
        return lookup_page(request, desk, new_card_error=str(UNREADABLE[problem.reason]), status=422)
    except CardUnknown:
        return lookup_page(request, desk, new_card_error=str(CARD_UNKNOWN), status=422)
    if _is_blank(found.card):
        return answer_card(request, desk, attempt, found)
    answered = booking_of_request(merchant=desk.merchant, request_id=attempt.request_id)
    if answered is not None and answered.booking.card_id == found.card.pk:
        return redirect("counter:booking", answered.booking.public_id)
    return lookup_page(request, desk, new_card_error=str(NOT_BLANK), status=422)


def _is_blank(card: Card) -> bool:
    """Tell whether a card is nobody's and was never booked on."""
    return card.member_id is None and card.state == CardState.UNVERIFIED and card.first_used_at is None
