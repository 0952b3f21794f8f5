"""Taking a booking back: undo within two minutes, a reversal with reason and a manager's PIN later.

The domain decides whether it still can be; a refusal is a booking too and explains itself on its own page.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse as address_of
from django.views.decorators.http import require_http_methods, require_POST

from loyalty_site.counter.approval import approved_by, managers_of
from loyalty_site.counter.finding import booking_or_404
from loyalty_site.counter.forms import ReverseForm, request_id_from
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.figures import local
from loyalty_site.counter.presenters.lines import headline
from loyalty_site.counter.presenters.people import display_name, person_view
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.earn import conflict_page
from members.models import Staff
from rewards.domain.requests import RequestConflict
from rewards.domain.undo import UNDOABLE, BookingUnknown
from rewards.domain.undo import undo as undo_booking
from rewards.queries.history import PastBooking


@dataclass(frozen=True, slots=True)
class BookingView:
    """The booking that is to be reversed."""

    what: str
    who: str
    at: datetime


@require_POST
@on_shift
def undo(request: HttpRequest, desk: Desk, booking: UUID) -> HttpResponse:
    """Take a booking back within the time for undo."""
    return _take_back(request, desk, booking)


@require_http_methods(["GET", "POST"])
@on_shift
def reverse(request: HttpRequest, desk: Desk, booking: UUID) -> HttpResponse:
    """Take a booking back at any time, with a reason and a manager's PIN."""
    past, managers = booking_or_404(desk, booking), managers_of(desk.merchant)
    if past.booking.kind not in UNDOABLE:
        raise Http404
    if request.method == "GET":
        return _page(request, desk, past, ReverseForm(), managers)
    form = ReverseForm(request.POST)
    manager = approved_by(desk, form, managers)
    if manager is None:
        return _page(request, desk, past, form, managers)
    return _take_back(request, desk, booking, manager=manager, reason=form.told())


def _take_back(
    request: HttpRequest, desk: Desk, booking: UUID, *, manager: Staff | None = None, reason: str = ""
) -> HttpResponse:
    try:
        outcome = undo_booking(
            merchant=desk.merchant,
            booking=str(booking),
            till=desk.till,
            staff=desk.staff,
            request_id=request_id_from(request.POST),
            at=desk.at,
            window_seconds=settings.UNDO_SECONDS,
            approved_by=manager,
            reason=reason,
        )
    except BookingUnknown as error:
        raise Http404 from error
    except RequestConflict:
        return conflict_page(request, desk)
    return redirect("counter:booking", outcome.booking)


def _page(
    request: HttpRequest, desk: Desk, past: PastBooking, form: ReverseForm, managers: list[Staff]
) -> HttpResponse:
    booking = past.booking
    context = {
        "booking": BookingView(headline(past), display_name(booking.card), local(booking.recorded_at)),
        "form": form,
        "managers": [person_view(person) for person in managers],
        "selected": form.data.get("manager", ""),
        "reverse_url": address_of("counter:reverse", args=[booking.public_id]),
    }
    return desk_page(request, desk, "counter/reverse.html", context, status=422 if form.errors else 200)
