"""“History”: what was booked on the card, what was not, and why."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from loyalty_site.portal.access import Holder, for_member
from loyalty_site.portal.stories import days
from members.models import Store
from rewards.domain.programs import book_for
from rewards.queries.history import bookings_of_card

LATEST = 30


@require_safe
@for_member
def history(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Show the card's latest bookings by day, each with its reason one tap away."""
    merchant = holder.merchant
    past = bookings_of_card(merchant=merchant, card=holder.card, limit=LATEST) if holder.card is not None else []
    stores = Store.objects.for_merchant(merchant)
    context = {
        "merchant": merchant,
        "is_member": True,
        "tab": "history",
        "days": days(
            past,
            book=book_for(merchant),
            stores={str(key): name for key, name in stores.values_list("public_id", "name")},
            language=get_language() or merchant.language,
            zone=ZoneInfo(merchant.timezone),
            now=timezone.now(),
        ),
        "latest": LATEST,
        "is_cut": len(past) == LATEST,
    }
    return render(request, "portal/history.html", context)
