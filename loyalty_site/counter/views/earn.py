"""Booking on a card: with one touch or with the amount of a purchase; and the page that shows what came of it.

After a POST the browser is sent to the booking's own page, so that a reload shows it again and books nothing. The
same request id gets the first outcome, and so the same page.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from loyalty_site.counter.addresses import card_address, entry_in
from loyalty_site.counter.finding import booking_or_404, card_or_404
from loyalty_site.counter.forms import AmountForm, Attempt, request_id_from
from loyalty_site.counter.page import Signal, desk_page
from loyalty_site.counter.presenters.explain import why_facts, why_view
from loyalty_site.counter.presenters.people import member_view
from loyalty_site.counter.presenters.results import booked_view, redeemed_view
from loyalty_site.counter.presenters.stops import StopView, conflict, refusal, taken_back
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.card import card_page
from members.card_numbers import CodeKind
from members.domain.cards import CardFreshness, ReadCard
from members.models import Card, Store
from rewards.domain.earn import Sale, earn
from rewards.domain.outcome import Outcome
from rewards.domain.programs import book_for
from rewards.domain.requests import RequestConflict
from rewards.models import BookingKind
from rewards.queries.history import BOOKED, PastBooking


@require_POST
@on_shift
def stamp(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Book a visit on a card that is open on the screen."""
    found = card_or_404(desk, card)
    return book(request, desk, found=_shown(found), sale=Sale(), attempt=_attempt(request))


@require_POST
@on_shift
def amount(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Book a purchase with its amount."""
    found = card_or_404(desk, card)
    attempt, form = _attempt(request), AmountForm(request.POST)
    if not form.is_valid():
        return card_page(request, desk, found, amount_form=form)
    sale = Sale(amount_cents=form.cleaned_data["amount"])
    return book(request, desk, found=_shown(found), sale=sale, attempt=attempt)


@require_GET
@on_shift
def booking(request: HttpRequest, desk: Desk, booking: UUID) -> HttpResponse:
    """Show what a booking came to, as first answered: green, amber or red."""
    return _result(request, desk, booking_or_404(desk, booking))


@require_GET
@on_shift
def why(request: HttpRequest, desk: Desk, booking: UUID) -> HttpResponse:
    """Explain a booking or a refusal, rule by rule."""
    past = booking_or_404(desk, booking)
    names = Store.objects.for_merchant(desk.merchant).values_list("public_id", "name")
    stores = {str(public_id): name for public_id, name in names}
    context = {
        "why": why_view(past, book=book_for(desk.merchant), stores=stores),
        "facts": why_facts(past, now=desk.at),
    }
    return desk_page(request, desk, "counter/why.html", context)


def book(request: HttpRequest, desk: Desk, *, found: ReadCard, sale: Sale, attempt: Attempt) -> HttpResponse:
    """Book a sale on a card and go to what came of it; where only the amount is missing, go and ask for it."""
    try:
        outcome = earn(
            merchant=desk.merchant,
            card_token=found,
            sale=sale,
            till=desk.till,
            staff=desk.staff,
            request_id=attempt.request_id,
            at=desk.at,
            entry=attempt.entry,
        )
    except RequestConflict:
        return conflict_page(request, desk)
    if sale.amount_cents is None and _misses_the_amount(outcome):
        return redirect(card_address(found.card, entry=attempt.entry, to_amount=True))
    return redirect("counter:booking", outcome.booking)


def conflict_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Answer a form whose id was used for something else before; nothing was written."""
    return _stop_page(request, desk, conflict(), status=409)


def _attempt(request: HttpRequest) -> Attempt:
    """Return the attempt to book on a card that is open on the screen: entered as it was when it was opened."""
    return Attempt("", request_id_from(request.POST), entry_in(request.POST))


def _shown(card: Card) -> ReadCard:
    """Return a card on the screen as one that was read: it earns, and what was scanned before does not count."""
    return ReadCard(card, CodeKind.CARD, CardFreshness.STATIC, step=None, faults=frozenset())


def _misses_the_amount(outcome: Outcome) -> bool:
    """Tell whether nothing was granted, and a rule failed for want of an amount."""
    if [reason.code for reason in outcome.reasons] != ["no_rule_granted"]:
        return False
    checks = [check for verdict in outcome.verdicts for check in verdict.checks]
    return any(check.reason.code == "amount_missing" for check in checks)


def _result(request: HttpRequest, desk: Desk, past: PastBooking) -> HttpResponse:
    if past.undone:
        return _stop_page(request, desk, taken_back(past, now=desk.at), past=past)
    if past.booking.outcome not in BOOKED:
        return _stop_page(request, desk, refusal(past, now=desk.at), past=past)
    member = member_view(past.booking.card)
    if past.booking.kind == BookingKind.REDEEM:
        context: dict[str, object] = {"redemption": redeemed_view(past, now=desk.at), "member": member}
        return desk_page(request, desk, "counter/redeemed.html", context, signal="ok")
    view, programs = booked_view(past, now=desk.at)
    context = {"outcome": view, "programs": programs, "member": member}
    return desk_page(request, desk, "counter/booked.html", context, signal="ok")


def _stop_page(
    request: HttpRequest, desk: Desk, view: StopView, *, past: PastBooking | None = None, status: int = 200
) -> HttpResponse:
    context = {"stop": view, "member": member_view(past.booking.card) if past else None}
    signal: Signal = "stop" if view.kind == "stop" else "attention"
    return desk_page(request, desk, "counter/stopp.html", context, status=status, signal=signal)
