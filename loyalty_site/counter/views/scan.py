"""Home, and what happens to a card that is scanned: booked at once, opened, or explained.

One scan is one booked stamp where the till says so. Everything that reads a card (field, camera, photo, a new card)
ends in `answer_scan`. A fresh code leaves a token for redeeming; the number itself never stands in an address.
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loyalty_site.counter import fresh_codes
from loyalty_site.counter.addresses import card_address
from loyalty_site.counter.finding import day_began_at
from loyalty_site.counter.forms import CARD_UNKNOWN, NOT_HERE_YET, UNREADABLE, Attempt
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.lines import till_line
from loyalty_site.counter.presenters.programs import one_touch
from loyalty_site.counter.searching import is_search
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.earn import book
from loyalty_site.counter.views.lookup import show_results
from members.card_numbers import CodeKind, UnreadableCode, parse
from members.domain.cards import CardUnknown, ReadCard, read_card
from rewards.domain.earn import Sale
from rewards.domain.programs import book_for
from rewards.models import ProgramKind
from rewards.queries.history import recent_at_till, sums_at_till, units_at_till


@dataclass(frozen=True, slots=True)
class Today:
    """What this till booked today."""

    stamps: int
    redemptions: int


@require_GET
@on_shift
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Wait for the next card."""
    return home_page(request, desk)


@require_http_methods(["GET", "POST"])
@on_shift
def scan(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a scanned or typed code; a reload by hand leads home."""
    if request.method == "GET":
        return redirect("counter:home")
    return answer_scan(request, desk, Attempt.from_post(request.POST))


def answer_scan(request: HttpRequest, desk: Desk, attempt: Attempt) -> HttpResponse:
    """Book or open the card that a text names; a name or phone number is searched for; else say what is wrong."""
    try:
        if parse(attempt.text).kind not in {CodeKind.CARD, CodeKind.ROTATING}:
            return home_page(request, desk, error=str(NOT_HERE_YET))
        found = read_card(merchant=desk.merchant, text=attempt.text, at=desk.at)
    except UnreadableCode as problem:
        return _unread(request, desk, attempt, str(UNREADABLE[problem.reason]))
    except CardUnknown:
        return _unread(request, desk, attempt, str(CARD_UNKNOWN))
    return answer_card(request, desk, attempt, found)


def answer_card(request: HttpRequest, desk: Desk, attempt: Attempt, found: ReadCard) -> HttpResponse:
    """Book at once on a card that was read, or open it; remember a fresh code for redeeming."""
    if not desk.till.quick_stamp:
        response: HttpResponse = redirect(card_address(found.card, entry=attempt.entry))
    elif not one_touch(book_for(desk.merchant), at=desk.at):
        response = redirect(card_address(found.card, entry=attempt.entry, to_amount=True))
    else:
        response = book(request, desk, found=found, sale=Sale(), attempt=attempt)
    if found.step is not None:
        token = fresh_codes.token_for(till=desk.till, card=found.card, step=found.step, at=desk.at)
        fresh_codes.remember(response, token)
    return response


def home_page(request: HttpRequest, desk: Desk, *, error: str = "") -> HttpResponse:
    """Render home; with an error beside the field, as 422. The field is empty again: the next scan goes in there."""
    merchant, till, since = desk.merchant, desk.till, day_began_at(desk.at)
    recent = recent_at_till(merchant=merchant, till=till, since=since)
    context = {
        "scan_error": error,
        "scan_effect": _effect(desk),
        "recent": [till_line(past, now=desk.at) for past in recent],
        "today": Today(_stamps(desk), sums_at_till(merchant=merchant, till=till, since=since).redeemed),
    }
    return desk_page(
        request,
        desk,
        "counter/scan.html",
        context,
        status=422 if error else 200,
        signal="attention" if error else "",
    )


def _unread(request: HttpRequest, desk: Desk, attempt: Attempt, error: str) -> HttpResponse:
    """Search for what was typed where it reads like a name or a phone number; else say what is wrong with it."""
    if attempt.entry == "manual" and is_search(attempt.text):
        return show_results(request, desk, attempt.text)
    return home_page(request, desk, error=error)


def _effect(desk: Desk) -> str:
    """Return what a scan will do here, in a few words."""
    granted = one_touch(book_for(desk.merchant), at=desk.at)
    if not desk.till.quick_stamp:
        return _("Opens the card")
    if not granted:
        return _("Asks for the amount")
    return _("Books %(units)s at once") % {"units": granted}


def _stamps(desk: Desk) -> int:
    programs = book_for(desk.merchant).programs
    stamp_cards = {program.row_id for program in programs if program.kind == ProgramKind.STAMP_CARD}
    granted = units_at_till(merchant=desk.merchant, till=desk.till, since=day_began_at(desk.at))
    return sum(count for program, count in granted.items() if program in stamp_cards)
