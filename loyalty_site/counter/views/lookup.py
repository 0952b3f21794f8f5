"""Without a card: find a member, hand out a blank card, or let the customer join with their own phone.

Searching is limited for each till and on record (that somebody searched, never what for). What is searched for is a
name, a number or an address, so it travels in the form and never in the page's address.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from loyalty_site.counter.addresses import card_address
from loyalty_site.counter.forms import TOO_OFTEN
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.people import MemberView, member_view
from loyalty_site.counter.searching import MAX_CHARACTERS, MIN_CHARACTERS
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.throttle import is_too_often
from members import audit, qr
from members.audit import Actor
from members.models import Card, CardState, Member
from members.queries.lookup import find_members

SEARCHES_IN_TEN_MINUTES = 30
TOO_SHORT = gettext_lazy("Type at least three characters.")


@dataclass(frozen=True, slots=True)
class Hit:
    """One member found: short name and masked number only. Without a card, there is no address."""

    display_name: str
    card_number_masked: str
    note: str
    url: str


@require_http_methods(["GET", "POST"])
@on_shift
def lookup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Search for a member by name, phone number, e-mail address or card number."""
    if request.method == "GET":
        return lookup_page(request, desk)
    return show_results(request, desk, request.POST.get("q", ""))


def show_results(request: HttpRequest, desk: Desk, text: str) -> HttpResponse:
    """Search, write down that somebody did, and show who was found."""
    wanted = text.strip()[:MAX_CHARACTERS]
    if len(wanted) < MIN_CHARACTERS:
        return lookup_page(request, desk, query=wanted, search_error=str(TOO_SHORT), status=422)
    subject = str(desk.till.public_id)
    if is_too_often(scope="lookup", subject=subject, maximum=SEARCHES_IN_TEN_MINUTES, at=desk.at):
        return lookup_page(request, desk, query=wanted, search_error=str(TOO_OFTEN), status=429)
    found = find_members(merchant=desk.merchant, text=wanted)
    audit.record(
        merchant=desk.merchant,
        at=desk.at,
        action="members.searched",
        target=desk.till,
        actor=Actor.of_staff(desk.staff),
        new={"found": len(found)},
    )
    return lookup_page(request, desk, query=wanted, results=[_hit(member) for member in found], searched=True)


def lookup_page(
    request: HttpRequest,
    desk: Desk,
    *,
    query: str = "",
    results: list[Hit] | None = None,
    searched: bool = False,
    search_error: str = "",
    new_card_error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page for customers without a card."""
    join_url = f"{settings.BASE_URL}/m/{desk.merchant.slug}/"
    context = {
        "query": query,
        "results": results or [],
        "searched": searched,
        "search_error": search_error,
        "new_card_error": new_card_error,
        # The markup is our own and everything in it is escaped there.
        "join_qr": mark_safe(qr.svg(join_url, title=_("Code for joining"))),  # noqa: S308
        "join_url": join_url,
    }
    return desk_page(request, desk, "counter/lookup.html", context, status=status)


def _hit(member: Member) -> Hit:
    """Return a member with the card that is best to book on: a usable one, else the latest."""
    cards = list(member.cards.all())
    if not cards:
        return Hit(member.counter_name, "", _("has no card"), "")
    best = next((card for card in cards if card.can_earn), cards[0])
    view = member_view(best)
    return Hit(view.display_name, view.card_number_masked, _note(best, view, len(cards)), card_address(best))


def _note(card: Card, view: MemberView, count: int) -> str:
    if card.state != CardState.VERIFIED:
        return view.badge
    return "" if count == 1 else ngettext("%(count)d card", "%(count)d cards", count) % {"count": count}
