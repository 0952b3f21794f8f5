"""Who sees what in the portal: the merchant from the address, the member behind the login, the card they show.

Promises: an unknown or inactive merchant is 404. A member is looked for at this merchant only: a login that is a
member somewhere else gets a page that says so, and nothing of either shop. Pages about a person are never stored by
browsers or proxies. Times on a page are the merchant's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from loyalty_site.web.access import ask_to_log_in
from members.models import Card, CardState, Member, Merchant

P = ParamSpec("P")
Answer = Callable[P, HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Holder:
    """A member looking at their own pages. ``card`` is the one they show; None while they have none."""

    merchant: Merchant
    member: Member
    card: Card | None


def for_merchant_portal(view: Callable[Concatenate[HttpRequest, Merchant, P], HttpResponseBase]) -> Answer[...]:
    """Give the view the active merchant whose short name the address holds, in any case. Raises: Http404."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        merchant = Merchant.objects.filter(slug=slug.lower(), is_active=True).first()
        if merchant is None:
            raise Http404
        with timezone.override(ZoneInfo(merchant.timezone)):
            return view(request, merchant, *args, **kwargs)

    return guarded


def for_member(view: Callable[Concatenate[HttpRequest, Holder, P], HttpResponseBase]) -> Answer[...]:
    """Give the view the member behind the login; strangers log in first, members of other shops are told so."""

    @never_cache
    @wraps(view)
    @for_merchant_portal
    def guarded(request: HttpRequest, merchant: Merchant, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_anonymous:
            return ask_to_log_in(request)
        member = member_of(request, merchant)
        if member is None:
            return no_member(request, merchant)
        return view(request, Holder(merchant, member, card_of(member)), *args, **kwargs)

    return guarded


def member_of(request: HttpRequest, merchant: Merchant) -> Member | None:
    """Return the merchant's member behind the login, or None."""
    if request.user.is_anonymous:
        return None
    mine = Member.objects.for_merchant(merchant).filter(user=request.user, erased_at__isnull=True)
    member = mine.first()
    if member is not None:
        member.merchant = merchant  # Saves the query that a later look at it would cost.
    return member


def card_of(member: Member) -> Card | None:
    """Return the member's latest card that collects, else the latest; one query."""
    cards = Card.objects.for_merchant(member.merchant).filter(member=member).exclude(state=CardState.REPLACED)
    latest = list(cards.order_by("-issued_at", "-pk")[:10])
    card = next((card for card in latest if card.can_earn), latest[0] if latest else None)
    if card is not None:
        card.merchant = member.merchant
    return card


def no_member(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Say, kindly, that this login has no card here: 404, as for anything that isn't there."""
    return render(request, "portal/no_member.html", {"merchant": merchant, "is_member": False}, status=404)
