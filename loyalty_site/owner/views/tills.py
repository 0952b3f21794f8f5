"""Doors of a till: pair and unpair a counter device, make and revoke an API key.

A pairing code and a key are shown in the answer to the act, once; they are in no address, no session and no log.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty_site.owner.pages import Question, ask, change_path, need, own_object
from loyalty_site.owner.site import office
from loyalty_site.owner.tenant_admin import list_name
from loyalty_site.web.access import Right, fresh_factor_required
from members import qr
from members.card_numbers import grouped
from members.domain.tills import PAIRING_MINUTES, make_api_key, revoke_api_key, start_pairing, unpair_device
from members.models import Till

_form_or_act = require_http_methods(["GET", "HEAD", "POST"])


@_form_or_act
@fresh_factor_required
def pair(request: HttpRequest, till_id: int) -> HttpResponse:
    """Ask, then show a code that pairs one device within ten minutes: as text and as a QR code to open there."""
    access = need(request, Right.WORK)
    till = own_object(request, Till, till_id)
    if request.method != "POST":
        text = _("You get a code for the device at the counter. An older code of this till ends.")
        return ask(request, Question(_("Pair a device"), text, _("Show a code")), about=till)
    code = start_pairing(till=till, actor=access.actor, at=timezone.now())
    # Behind #, so that the code reaches no server log: the page of the device reads it.
    address = request.build_absolute_uri(reverse("counter:pair"))
    context = {
        "code": grouped(code),
        "address": address,
        "qr_svg": qr.svg(f"{address}#{code}"),
        "minutes": PAIRING_MINUTES,
    }
    return _shown_once(request, till, _("Pair a device"), "owner/till_pairing.html", context)


@_form_or_act
@fresh_factor_required
def unpair(request: HttpRequest, till_id: int) -> HttpResponse:
    """Ask, then end the pairing and the open shift."""
    access = need(request, Right.WORK)
    till = own_object(request, Till, till_id)
    if request.method != "POST":
        text = _("The device at the counter stops working at once, and its shift ends. It can be paired again.")
        return ask(request, Question(_("Unpair the device"), text, _("Unpair"), "stop"), about=till)
    unpair_device(till=till, actor=access.actor, at=timezone.now())
    messages.success(request, _("The device is no longer paired."))
    return redirect(change_path(till), till.pk)


@_form_or_act
@fresh_factor_required
def make_key(request: HttpRequest, till_id: int) -> HttpResponse:
    """Ask, then show a new API key, the only time."""
    access = need(request, Right.WORK)
    till = own_object(request, Till, till_id)
    if request.method != "POST":
        text = _("A cash register or web shop books with this key. It is shown once; an older key ends at once.")
        return ask(request, Question(_("Make an API key"), text, _("Make a key")), about=till)
    key = make_api_key(till=till, actor=access.actor, at=timezone.now())
    return _shown_once(request, till, _("API key"), "owner/till_key.html", {"key": key})


@_form_or_act
@fresh_factor_required
def revoke_key(request: HttpRequest, till_id: int) -> HttpResponse:
    """Ask, then end the API key."""
    access = need(request, Right.WORK)
    till = own_object(request, Till, till_id)
    if request.method != "POST":
        text = _("Whatever books with this key stops at once.")
        return ask(request, Question(_("Revoke the API key"), text, _("Revoke"), "stop"), about=till)
    revoke_api_key(till=till, actor=access.actor, at=timezone.now())
    messages.success(request, _("The API key is revoked."))
    return redirect(change_path(till), till.pk)


def _shown_once(
    request: HttpRequest, till: Till, title: str, template: str, context: dict[str, object]
) -> HttpResponse:
    """Draw a page with something that nobody sees again."""
    frame = {"title": title, "original": till, "opts": till._meta, "list_name": list_name(Till)}
    return office.page(request, template, {**frame, **context})
