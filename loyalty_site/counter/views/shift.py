"""A device becomes a till; a person begins, locks and ends a shift."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loyalty_site.counter.approval import pin_sentence
from loyalty_site.counter.device import counter_page, paired, remember_device
from loyalty_site.counter.finding import day_began_at
from loyalty_site.counter.forms import TOO_OFTEN, PairForm, ShiftForm
from loyalty_site.counter.page import desk_page, page
from loyalty_site.counter.presenters.figures import Fact, local
from loyalty_site.counter.presenters.people import display_name, person_view
from loyalty_site.counter.presenters.results import receipt_number
from loyalty_site.counter.session import LAST_STAFF, Desk, begin, leave, on_shift
from loyalty_site.counter.throttle import client_address, is_too_often
from members.domain.shifts import start_shift
from members.domain.tills import pair_device
from members.models import Staff, Till
from members.queries.crew import crew_for
from rewards.domain.programs import book_for
from rewards.models import Redemption
from rewards.queries.history import open_redemptions, sums_at_till, units_at_till
from rewards.wording.figures import number

PAIRINGS_IN_TEN_MINUTES = 10
_MORNING_ENDS, _EVENING_BEGINS = 11, 17


@dataclass(frozen=True, slots=True)
class OpenRedemption:
    """A reward that was reserved and has not gone over the counter."""

    at: datetime
    reward: str
    who: str
    number: str
    hand_over_url: str
    reverse_url: str


@dataclass(frozen=True, slots=True)
class ShiftView:
    """The shift that is about to end."""

    since: datetime
    staff: str


@require_http_methods(["GET", "POST"])
@counter_page
def pair(request: HttpRequest) -> HttpResponse:
    """Turn the device that shows a pairing code into a till; ten tries in ten minutes from one address.

    The code comes by form, never in the address: the QR code's part after # stays in the browser.
    """
    if request.method == "GET":
        return page(request, "counter/pair.html", {"form": PairForm()})
    form, now = PairForm(request.POST), timezone.now()
    if is_too_often(scope="pair", subject=client_address(request), maximum=PAIRINGS_IN_TEN_MINUTES, at=now):
        return page(request, "counter/pair.html", {"form": _refused(str(TOO_OFTEN))}, status=429)
    found = pair_device(code=form.cleaned_data["code"], at=now) if form.is_valid() else None
    if found is None:
        text = _("This code does not fit or is no longer valid. Let a new one be shown and try again.")
        return page(request, "counter/pair.html", {"form": _refused(text)}, status=422)
    response = redirect("counter:shift_start")
    remember_device(response, found)
    return response


@require_http_methods(["GET", "POST"])
@paired
def start(request: HttpRequest, till: Till) -> HttpResponse:
    """Ask who is there; begin the shift of whoever enters their PIN."""
    crew, now = crew_for(merchant=till.merchant), timezone.now()
    if request.method == "GET":
        return _start_page(request, till, crew, ShiftForm(), now)
    form = ShiftForm(request.POST)
    if form.is_valid():
        chosen = next((person for person in crew if person.public_id == form.cleaned_data["staff"]), None)
        if chosen is None:
            form.add_error("staff", _("Choose who is there."))
        else:
            begun = start_shift(till=till, staff=chosen, pin=form.cleaned_data["pin"], at=now)
            if begun.shift is not None:
                begin(request, begun.shift, at=now)
                # A plain redirect for scripts as well: a page loaded anew would forget the unlocked sound.
                return redirect("counter:home")
            form.add_error("pin", pin_sentence(begun.outcome, begun.wait_seconds, begun.tries_left))
    return _start_page(request, till, crew, form, now)


@require_POST
@on_shift
def lock(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lock the till: the shift is over, and whoever comes next enters their own PIN."""
    leave(request, desk)
    return redirect("counter:shift_start")


@require_http_methods(["GET", "POST"])
@on_shift
def end(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what the shift booked and what is still owed; end it."""
    if request.method == "POST":
        leave(request, desk)
        return redirect("counter:shift_start")
    since = min(desk.shift.started_at, day_began_at(desk.at))
    still_open = open_redemptions(merchant=desk.merchant, till=desk.till, since=since)
    context = {
        "shift": ShiftView(desk.shift.started_at, desk.staff.name),
        "sums": _sums(desk),
        "open_redemptions": [_open(redemption) for redemption in still_open],
    }
    return desk_page(request, desk, "counter/shift_end.html", context)


def _refused(text: str) -> PairForm:
    """Return an empty form with one sentence: the field is free for the next code."""
    form = PairForm({})
    form.full_clean()
    form.errors.clear()
    form.add_error("code", text)
    return form


def _start_page(request: HttpRequest, till: Till, crew: list[Staff], form: ShiftForm, at: datetime) -> HttpResponse:
    hour = local(at).hour
    daypart = "morning" if hour < _MORNING_ENDS else "evening" if hour >= _EVENING_BEGINS else ""
    context = {
        "form": form,
        "crew": [person_view(person) for person in crew],
        "selected": form.data.get("staff") or request.session.get(LAST_STAFF, ""),
        "daypart": daypart,
    }
    status = 422 if form.errors else 200
    return page(request, "counter/shift_start.html", context, till=till, status=status)


def _sums(desk: Desk) -> list[Fact]:
    since = desk.shift.started_at
    sums = sums_at_till(merchant=desk.merchant, till=desk.till, since=since)
    granted = units_at_till(merchant=desk.merchant, till=desk.till, since=since)
    facts = [Fact(_("Bookings"), number(sums.earned))]
    for program in book_for(desk.merchant).programs:
        if program.row_id in granted:
            facts.append(Fact(program.name, number(granted[program.row_id])))
    facts.append(Fact(_("Rewards redeemed"), number(sums.redeemed)))
    return [*facts, Fact(_("Taken back"), number(sums.undone))]


def _open(redemption: Redemption) -> OpenRedemption:
    hand_over = reverse("counter:hand_over", args=[redemption.public_id])
    return OpenRedemption(
        at=local(redemption.reserved_at),
        reward=redemption.reward.name,
        who=display_name(redemption.card),
        number=receipt_number(str(redemption.public_id)),
        hand_over_url=f"{hand_over}?back=shift_end",
        reverse_url=reverse("counter:reverse", args=[redemption.booking.public_id]),
    )
