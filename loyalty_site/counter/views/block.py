"""Block a card, lift a block, or move everything to a new card. The balance is never lost.

A cashier may block: a lost card can't wait. Lifting a block and replacing take a manager's PIN. The new card is
scanned on the first page and named by its public id on the second, so that no number stands in it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from loyalty_site.counter.addresses import card_address
from loyalty_site.counter.approval import approved_by, managers_of
from loyalty_site.counter.finding import card_or_404
from loyalty_site.counter.forms import (
    CARD_UNKNOWN,
    UNREADABLE,
    ApprovalForm,
    BlockForm,
    ReplaceForm,
    UnblockForm,
    public_id_from,
    request_id_from,
)
from loyalty_site.counter.page import desk_page
from loyalty_site.counter.presenters.people import member_view, person_view
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.earn import conflict_page
from members.audit import Actor
from members.card_numbers import UnreadableCode
from members.domain.cards import CardUnknown, block_card, read_card, unblock_card
from members.models import Card, CardState, Staff
from rewards.domain.move import CardNotReplaceable, replace_card
from rewards.domain.requests import RequestConflict

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NOT_REPLACEABLE: dict[str, "StrPromise"] = {
    "same_card": gettext_lazy("This is the card that is to be replaced. Scan the new one."),
    "already_replaced": gettext_lazy("This card was replaced before."),
    "new_card_in_use": gettext_lazy("This card is in use already. Take a new, blank one."),
}


@dataclass(frozen=True, slots=True)
class Approval:
    """What a manager approves: the form's address, its words, and the hidden fields that go along."""

    url: str
    back_url: str
    title: str
    button: str
    icon: str
    hidden: tuple[tuple[str, str], ...] = ()


@require_http_methods(["GET", "POST"])
@on_shift
def block(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Block a card, or choose the new card that replaces it; either with a reason."""
    found = card_or_404(desk, card)
    if request.method == "GET":
        return _block_page(request, desk, found, BlockForm())
    form = BlockForm(request.POST)
    if request.POST.get("action") == "replace":
        return _choose_new_card(request, desk, found, form)
    if not form.is_valid():
        return _block_page(request, desk, found, form)
    actor = Actor.of_staff(desk.staff)
    if block_card(card=found, actor=actor, reason=form.told(), at=desk.at):
        messages.success(request, _("The card is blocked. Nothing on it is lost."))
    else:
        messages.info(request, _("The card was blocked or replaced before."))
    return redirect(card_address(found))


@require_http_methods(["GET", "POST"])
@on_shift
def unblock(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Lift a block with a manager's PIN."""
    found, managers = card_or_404(desk, card), managers_of(desk.merchant)
    form = UnblockForm(request.POST if request.method == "POST" else None)
    manager = approved_by(desk, form, managers) if request.method == "POST" else None
    if manager is None:
        approval = Approval(
            url=reverse("counter:unblock", args=[found.public_id]),
            back_url=card_address(found),
            title=_("Lift the block"),
            button=_("Lift the block"),
            icon="check",
        )
        return _approval_page(request, desk, found, form, approval, managers)
    actor = Actor.of_staff(manager)
    if unblock_card(card=found, actor=actor, reason=form.told(), at=desk.at):
        messages.success(request, _("The card works again."))
    else:
        messages.info(request, _("The card was not blocked."))
    return redirect(card_address(found))


@require_POST
@on_shift
def replace(request: HttpRequest, desk: Desk, card: UUID) -> HttpResponse:
    """Move everything to the new card with a manager's PIN, and show the new card."""
    old, request_id = card_or_404(desk, card), request_id_from(request.POST)
    new = card_or_404(desk, public_id_from(request.POST.get("new_card")) or UUID(int=0))
    managers, form = managers_of(desk.merchant), ReplaceForm(request.POST)
    manager = approved_by(desk, form, managers)
    if manager is None:
        return _approval_page(request, desk, old, form, _replacing(old, new, request_id, form), managers)
    try:
        replace_card(
            merchant=desk.merchant,
            old=old,
            new=new,
            till=desk.till,
            staff=manager,
            request_id=request_id,
            at=desk.at,
            reason=form.told(),
        )
    except CardNotReplaceable as problem:
        return _block_page(request, desk, old, _with_error(BlockForm(request.POST), str(NOT_REPLACEABLE[problem.code])))
    except RequestConflict:
        return conflict_page(request, desk)
    messages.success(request, _("Everything is on the new card now. The old one books nothing any more."))
    return redirect(card_address(new))


def _choose_new_card(request: HttpRequest, desk: Desk, old: Card, form: BlockForm) -> HttpResponse:
    """Read the new card and ask for the manager's PIN; what can be seen to be wrong is said before that."""
    valid, request_id = form.is_valid(), request_id_from(request.POST)
    new = _new_card(desk, old, form) if valid else None
    if new is None:
        return _block_page(request, desk, old, form)
    managers = managers_of(desk.merchant)
    ask = ReplaceForm(initial={"reason": form.cleaned_data["reason"]})
    return _approval_page(request, desk, old, ask, _replacing(old, new, request_id, form), managers)


def _new_card(desk: Desk, old: Card, form: BlockForm) -> Card | None:
    """Return the scanned card if it can take over; else the form says why not."""
    try:
        new = read_card(merchant=desk.merchant, text=form.cleaned_data["code"], at=desk.at).card
    except UnreadableCode as problem:
        form.add_error("code", str(UNREADABLE[problem.reason]))
        return None
    except CardUnknown:
        form.add_error("code", str(CARD_UNKNOWN))
        return None
    if old.state == CardState.REPLACED:
        form.add_error("code", str(NOT_REPLACEABLE["already_replaced"]))
    elif new.pk == old.pk:
        form.add_error("code", str(NOT_REPLACEABLE["same_card"]))
    elif new.member_id is not None or new.state != CardState.UNVERIFIED:
        form.add_error("code", str(NOT_REPLACEABLE["new_card_in_use"]))
    return new if form.is_valid() else None


def _replacing(old: Card, new: Card, request_id: str, form: BlockForm | ReplaceForm) -> Approval:
    reason = form.data.get("reason", "")
    return Approval(
        url=reverse("counter:replace", args=[old.public_id]),
        back_url=reverse("counter:block", args=[old.public_id]),
        title=_("Replace by card %(number)s") % {"number": new.masked_number},
        button=_("Replace the card"),
        icon="swap",
        hidden=(("new_card", str(new.public_id)), ("reason", reason), ("request_id", request_id)),
    )


def _with_error(form: BlockForm, error: str) -> BlockForm:
    form.full_clean()
    form.add_error("code", error)
    return form


def _block_page(request: HttpRequest, desk: Desk, card: Card, form: forms.Form) -> HttpResponse:
    context = {
        "member": member_view(card),
        "form": form,
        "block_url": reverse("counter:block", args=[card.public_id]),
    }
    status = 422 if form.errors else 200
    return desk_page(request, desk, "counter/block.html", context, status=status)


def _approval_page(
    request: HttpRequest, desk: Desk, card: Card, form: ApprovalForm, approval: Approval, managers: list[Staff]
) -> HttpResponse:
    context = {
        "member": member_view(card),
        "form": form,
        "approval": approval,
        "managers": [person_view(person) for person in managers],
        "selected": form.data.get("manager", ""),
    }
    return desk_page(request, desk, "counter/approve.html", context, status=422 if form.errors else 200)
