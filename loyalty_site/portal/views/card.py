"""“My card”: the code to show, which changes every 30 seconds, and what is on the card."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty_site.portal import presenters
from loyalty_site.portal.access import Holder, for_member
from members import qr
from members.domain.cards import rotating_text
from rewards.domain.programs import book_for
from rewards.queries.balances import balance_lines, holdings_for
from rewards.queries.history import expiring_units

#: What ends within this time is said in the head of its card.
SOON = timedelta(days=60)
#: Further ahead than any expiry that an owner can set.
EVER = timedelta(days=366 * 100)


@require_safe
@for_member
def card(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Show the card; whoever has none, or a blocked one, is told what to do."""
    merchant, at = holder.merchant, timezone.now()
    context = {"merchant": merchant, "member": holder.member, "is_member": True, "tab": "card", "card": holder.card}
    if holder.card is not None:
        book = book_for(merchant)
        context["programs"] = presenters.programs(
            book=book,
            lines=balance_lines(book=book, holdings=holdings_for(merchant=merchant, card=holder.card), at=at),
            soon=expiring_units(merchant=merchant, card=holder.card, at=at, until=at + SOON),
            ever=expiring_units(merchant=merchant, card=holder.card, at=at, until=at + EVER),
        )
    if holder.card is not None and holder.card.can_earn:
        context["code_svg"] = presenters.safe_svg(_svg(holder, at=at))
        context["seconds_left"] = presenters.seconds_left(at)
    return render(request, "portal/card.html", context)


@require_safe
@for_member
def code(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Answer with the next code as one bare SVG. Raises: Http404 for a card that books nothing."""
    at = timezone.now()
    if holder.card is None or not holder.card.can_earn:
        raise Http404
    headers = {"X-Seconds-Left": str(presenters.seconds_left(at))}
    return HttpResponse(_svg(holder, at=at), content_type="image/svg+xml", headers=headers)


def _svg(holder: Holder, *, at: datetime) -> str:
    """Draw the code of this moment. It may spend: it stands in the picture only, never in an address or a log."""
    if holder.card is None:
        raise ValueError("no card, no code")
    return qr.svg(rotating_text(card=holder.card, at=at), title=_("QR code of your card"))
