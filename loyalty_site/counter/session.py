"""Who stands at the till: the open shift behind a request.

Promises: the browser's session holds the shift's public id and nothing else of value; the shift must be open, belong
to this very till, and its person still be allowed to stand there (one query a request). Locking ends the shift,
so that the next person needs their own PIN. A till left alone longer than `COUNTER_IDLE_SECONDS` is locked here as
well, whatever the page's script does. The session's key changes when a shift starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from loyalty_site.counter.device import paired
from loyalty_site.counter.page import is_htmx
from members.domain.shifts import end_shift, open_shift
from members.models import Merchant, Shift, Staff, Store, Till

SHIFT = "counter_shift"
SEEN = "counter_seen"
LAST_STAFF = "counter_last_staff"
#: The mark of the last request is written at most this often, to keep scans free of it.
SEEN_EVERY_SECONDS = 60
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a request is worked on and by whom; `at` is the moment it came in, the only clock that views read."""

    merchant: Merchant
    store: Store
    till: Till
    staff: Staff
    shift: Shift
    at: datetime


def on_shift(view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Call the view with the desk, or ask for a PIN."""

    @paired
    @wraps(view)
    def at_desk(request: HttpRequest, till: Till, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        desk = _desk(request, till, timezone.now())
        if desk is None:
            return ask_for_pin(request)
        return view(request, desk, *args, **kwargs)

    return at_desk


def begin(request: HttpRequest, shift: Shift, *, at: datetime) -> None:
    """Bind the browser to a shift that has just been started, under a new session key."""
    request.session.cycle_key()
    request.session[SHIFT] = str(shift.public_id)
    request.session[SEEN] = int(at.timestamp())
    request.session.pop(LAST_STAFF, None)


def leave(request: HttpRequest, desk: Desk) -> None:
    """End the shift and forget it; the person's name stays chosen on the PIN page."""
    end_shift(shift=desk.shift, at=desk.at)
    request.session.pop(SHIFT, None)
    request.session.pop(SEEN, None)
    request.session[LAST_STAFF] = str(desk.staff.public_id)


def ask_for_pin(request: HttpRequest) -> HttpResponse:
    """Send a request without a shift to the PIN page; what it was about to do was not done, and it says so."""
    if request.method == "POST":
        messages.warning(request, _("The shift is over. Please enter your PIN; what was sent last was not booked."))
    elif request.session.get(SHIFT):
        messages.info(request, _("The shift is over. Please enter your PIN."))
    request.session.pop(SHIFT, None)
    address = reverse("counter:shift_start")
    return HttpResponseClientRedirect(address) if is_htmx(request) else HttpResponseRedirect(address)


def _desk(request: HttpRequest, till: Till, at: datetime) -> Desk | None:
    wanted = request.session.get(SHIFT)
    shift = open_shift(till=till, shift_public_id=wanted) if wanted else None
    if shift is None:
        return None
    desk = Desk(till.merchant, till.store, till, shift.staff, shift, at)
    now, seen = int(at.timestamp()), int(request.session.get(SEEN, 0))
    if now - seen > settings.COUNTER_IDLE_SECONDS + SEEN_EVERY_SECONDS:
        leave(request, desk)
        return None
    if now - seen >= SEEN_EVERY_SECONDS:
        request.session[SEEN] = now
    return desk
