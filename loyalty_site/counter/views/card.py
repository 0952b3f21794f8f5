"""One card on the screen: who, what is on it, what can be done."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from loyalty_site.counter.addresses import entry_in, wants_amount
from loyalty_site.counter.finding import card_or_404
from loyalty_site.counter.forms import AmountForm
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.cards import doings_for, facts_for, warnings_for, why_url_for
from loyalty_site.counter.presenters.lines import card_line
from loyalty_site.counter.presenters.people import member_view
from loyalty_site.counter.presenters.programs import program_views
from loyalty_site.counter.session import Desk, on_shift
from members.models import Card, CardState
from rewards.domain.programs import book_for
from rewards.queries.balances import balance_lines, holdings_for
from rewards.queries.history import BOOKED, bookings_of_card, expiring_units

#: What ends within this time is worth a word.
EXPIRING_SOON = timedelta(days=60)
HISTORY_LINES = 5


@require_GET
@on_shift
def card(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Show a card of the merchant."""
    return card_page(request, desk, card_or_404(desk, card))


def card_page(request: HttpRequest, desk: Desk, card: Card, *, amount_form: AmountForm | None = None) -> HttpResponse:
    """Render a card; with a form that was not right, as 422, the typed amount and the sentence beside it."""
    merchant, book = desk.merchant, book_for(desk.merchant)
    lines = balance_lines(book=book, holdings=holdings_for(merchant=merchant, card=card), at=desk.at)
    ends = expiring_units(merchant=merchant, card=card, at=desk.at, until=desk.at + EXPIRING_SOON)
    history = bookings_of_card(merchant=merchant, card=card)
    booked = [past for past in history if past.booking.outcome in BOOKED]
    programs = program_views(lines, book=book, expiring=ends)
    warnings = warnings_for(card, staff=desk.staff)
    error = str(amount_form.errors["amount"][0]) if amount_form else ""
    doings = doings_for(
        card,
        staff=desk.staff,
        book=book,
        at=desk.at,
        typed=amount_form.data.get("amount", "")[:20] if amount_form else "",
        error=error,
        focus=wants_amount(request.GET),
    )
    context = {
        "member": member_view(card),
        "warnings": warnings,
        "programs": programs,
        "facts": facts_for(card, programs=programs, history=history, now=desk.at),
        "stamp_url": doings.stamp_url,
        "stamp_label": doings.stamp_label,
        "redeem_url": doings.redeem_url,
        "amount": doings.amount,
        "block_url": "" if card.state == CardState.REPLACED else reverse("counter:block", args=[card.public_id]),
        "why_url": why_url_for(history),
        "history": [card_line(past, now=desk.at) for past in booked[:HISTORY_LINES]],
        "entry": entry_in(request.POST if amount_form else request.GET),
    }
    return desk_page(request, desk, "counter/member.html", context, status=422 if amount_form else 200)
