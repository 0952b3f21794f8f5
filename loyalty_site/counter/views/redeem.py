"""Redeeming: choose what the balance buys, look once more, reserve it, hand it over.

The token of a fresh code comes from the scan in a cookie and goes along in the confirmation's form; whether it is
needed, and whether it was used before, the domain decides and keeps on record.
"""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyalty_site.counter import fresh_codes
from loyalty_site.counter.finding import card_or_404
from loyalty_site.counter.forms import public_id_from, request_id_from
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.cards import warnings_for
from loyalty_site.counter.presenters.people import member_view
from loyalty_site.counter.presenters.programs import program_views
from loyalty_site.counter.presenters.rewards import (
    choice_for,
    freshness_view,
    nearest_reward,
    proof_missing,
    reward_views,
)
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.earn import conflict_page
from members.models import Card
from rewards.domain.programs import book_for
from rewards.domain.redeem import RewardUnknown
from rewards.domain.redeem import hand_over as hand_over_redemption
from rewards.domain.redeem import redeem as redeem_reward
from rewards.domain.requests import RequestConflict
from rewards.models import Redemption
from rewards.queries.balances import balance_lines, holdings_for


@require_GET
@on_shift
def redeem(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """List what the card's balance buys, and what is missing for it."""
    found, book = card_or_404(desk, card), book_for(desk.merchant)
    holdings = holdings_for(merchant=desk.merchant, card=found)
    programs = program_views(balance_lines(book=book, holdings=holdings, at=desk.at))
    is_fresh = _step(desk, found, fresh_codes.remembered(request)) is not None
    context = {
        "member": member_view(found),
        "warnings": warnings_for(found, staff=desk.staff),
        "proof_missing": proof_missing(found, book=book, at=desk.at),
        "programs": programs,
        "freshness": freshness_view(book=book, at=desk.at, has_fresh_code=is_fresh),
        "rewards": reward_views(found, book=book, holdings=holdings, at=desk.at, has_fresh_code=is_fresh),
        "next_reward": nearest_reward(programs),
        "confirm_url": reverse("counter:redeem_confirm", args=[found.public_id]),
    }
    return desk_page(request, desk, "counter/redeem.html", context)


@require_http_methods(["GET", "POST"])
@on_shift
def confirm(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Show one reward once more; reserve it on the second word."""
    found = card_or_404(desk, card)
    if request.method == "POST":
        return _redeem(request, desk, found)
    reward_id = public_id_from(request.GET.get("reward"))
    choice = book_for(desk.merchant).reward(str(reward_id))
    if choice is None:
        raise Http404
    token = fresh_codes.remembered(request)
    shown = choice_for(
        found,
        program=choice[0],
        reward=choice[1],
        holdings=holdings_for(merchant=desk.merchant, card=found),
        has_fresh_code=_step(desk, found, token) is not None,
    )
    context = {
        "member": member_view(found),
        "reward": shown.reward,
        "balance_now": shown.balance_now,
        "balance_after": shown.balance_after,
        "fresh": token,
        "redeem_url": reverse("counter:redeem", args=[found.public_id]),
        "confirm_url": reverse("counter:redeem_confirm", args=[found.public_id]),
    }
    return desk_page(request, desk, "counter/redeem_confirm.html", context)


@require_POST
@on_shift
def hand_over(request: HttpRequest, desk: Desk, redemption: UUID) -> HttpResponse:
    """Note that a reserved reward went over the counter; a second time changes nothing."""
    try:
        done = hand_over_redemption(merchant=desk.merchant, redemption=str(redemption), staff=desk.staff, at=desk.at)
    except Redemption.DoesNotExist as error:
        raise Http404 from error
    if request.GET.get("back") == "shift_end":
        return redirect("counter:shift_end")
    return redirect("counter:booking", done.booking.public_id)


def _redeem(request: HttpRequest, desk: Desk, card: Card) -> HttpResponse:
    """Reserve the reward that the form names and go to what came of it."""
    step = _step(desk, card, request.POST.get("fresh", ""))
    try:
        outcome = redeem_reward(
            merchant=desk.merchant,
            card=card,
            reward=str(public_id_from(request.POST.get("reward"))),
            code_step=step,
            till=desk.till,
            staff=desk.staff,
            request_id=request_id_from(request.POST),
            at=desk.at,
            entry="manual" if step is None else "scan",
        )
    except RewardUnknown as error:
        raise Http404 from error
    except RequestConflict:
        return conflict_page(request, desk)
    return redirect("counter:booking", outcome.booking)


def _step(desk: Desk, card: Card, token: str) -> int | None:
    return fresh_codes.step_of(token, till=desk.till, card=card, at=desk.at)
