"""Acts on cards: block, unblock, and blank cards as a sheet to print."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods

from loyalty_site.owner.forms.team_forms import ReasonForm
from loyalty_site.owner.pages import Question, ask, change_path, need, own_object
from loyalty_site.owner.site import office
from loyalty_site.owner.tenant_admin import list_name
from loyalty_site.web.access import Right, fresh_factor_required
from members import audit
from members.domain.cards import block_card, issue_blank_cards, unblock_card
from members.models import Card

#: More would keep the page waiting: one sheet is drawn while the browser waits.
MOST_BLANK_CARDS = 200
_form_or_act = require_http_methods(["GET", "HEAD", "POST"])


class CountForm(forms.Form):
    """How many blank cards."""

    count = forms.IntegerField(
        label=gettext_lazy("number of cards"), min_value=1, max_value=MOST_BLANK_CARDS, initial=10
    )


@_form_or_act
@fresh_factor_required
def block(request: HttpRequest, card_id: int) -> HttpResponse:
    """Block a card with a reason that the counter shows."""
    access = need(request, Right.WORK)
    card = own_object(request, Card, card_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if block_card(card=card, actor=access.actor, reason=form.cleaned_data["reason"], at=timezone.now()):
            messages.success(request, _("The card is blocked: it neither collects nor redeems."))
        else:
            messages.warning(request, _("The card was blocked or replaced already. Nothing was changed."))
        return redirect(change_path(card), card.pk)
    text = _("The card neither collects nor redeems until it is unblocked. Its balance stays. Staff see the reason.")
    question = Question(pgettext("card", "Block"), text, pgettext("card", "Block"), "stop")
    return ask(request, question, about=card, form=form, status=422 if form.is_bound else 200)


@_form_or_act
@fresh_factor_required
def unblock(request: HttpRequest, card_id: int) -> HttpResponse:
    """Unblock a card with a reason; it returns to the state it had."""
    access = need(request, Right.WORK)
    card = own_object(request, Card, card_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if unblock_card(card=card, actor=access.actor, reason=form.cleaned_data["reason"], at=timezone.now()):
            messages.success(request, _("The card is unblocked."))
        else:
            messages.warning(request, _("The card was not blocked. Nothing was changed."))
        return redirect(change_path(card), card.pk)
    text = _("The card returns to the state it had before.")
    question = Question(pgettext("card", "Unblock"), text, pgettext("card", "Unblock"))
    return ask(request, question, about=card, form=form, status=422 if form.is_bound else 200)


def _sheet_drawer(form: CountForm) -> Callable[..., bytes] | None:
    """Return what draws the sheet, or None with the form saying why this server can't; no card is issued then."""
    try:
        from loyalty_site.web.card_sheet import card_sheet_pdf  # late: the drawing library takes long to load
    except OSError:  # the library's own word for a missing system library
        text = _("This server can't draw PDFs yet. Its operator has to install Pango (libpango-1.0-0).")
        form.add_error(None, text)
        return None
    return card_sheet_pdf


@_form_or_act
def blank(request: HttpRequest) -> HttpResponse:
    """Ask how many, then make blank cards and answer with the sheet to print."""
    access = need(request, Right.WORK)
    form = CountForm(request.POST or None)
    draw = _sheet_drawer(form) if request.method == "POST" and form.is_valid() else None
    if draw is not None:
        at, count = timezone.now(), form.cleaned_data["count"]
        cards = issue_blank_cards(merchant=access.merchant, count=count, at=at)
        audit.record(
            merchant=access.merchant,
            at=at,
            action="card.blank_issued",
            target=access.merchant,
            actor=access.actor,
            new={"count": count},
        )
        pdf = draw(merchant=access.merchant, cards=cards)
        name = ngettext("%(count)d-card.pdf", "%(count)d-cards.pdf", count) % {"count": count}
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(pdf, content_type="application/pdf", headers=headers)
    context = {
        "title": _("Print blank cards"),
        "form": form,
        "opts": Card._meta,
        "list_name": list_name(Card),
        "list_url": "office:members_card_changelist",
    }
    response = office.page(request, "owner/blank_cards.html", context)
    response.status_code = 422 if form.is_bound else 200
    return response
