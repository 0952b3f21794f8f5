"""Acts on people of the team: a PIN, a login, leaving and coming back. Each asks for a fresh second factor."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from loyalty_site.owner.admin.team import may_set_pin
from loyalty_site.owner.forms.team_forms import LoginForm, PinForm, ReasonForm
from loyalty_site.owner.logins import link_login
from loyalty_site.owner.pages import Question, ask, change_path, need, own_object
from loyalty_site.owner.site import access_of
from loyalty_site.web.access import Right, StaffAccess, fresh_factor_required
from members import audit
from members.domain.people import deactivate_staff
from members.domain.pins import set_pin
from members.models import Staff

_form_or_act = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters("pin", "again")
@_form_or_act
@fresh_factor_required
def pin(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Give a person a new PIN; neither the old nor the new one is ever shown."""
    person = own_object(request, Staff, staff_id)
    if not may_set_pin(access_of(request), person):
        raise PermissionDenied
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_pin(staff=person, pin=form.cleaned_data["pin"], actor=access_of(request).actor, at=timezone.now())
        messages.success(request, _("The PIN is set. Tell it to nobody else."))
        return redirect(change_path(person), person.pk)
    text = _("The old PIN ends at once, and so does a wait after wrong tries.")
    return _asked(request, Question(_("Set a PIN"), text, _("Set the PIN")), person, form)


@_form_or_act
@fresh_factor_required
def login(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Say who logs in to the office as this person, or that nobody does."""
    access = need(request, Right.DECIDE)
    person = own_object(request, Staff, staff_id)
    initial = {"email": person.user.email if person.user else ""}
    form = LoginForm(request.POST or None, staff=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        if person.pk == access.staff.pk:
            form.add_error("email", _("Nobody changes their own login here: ask another owner."))
        else:
            link_login(staff=person, email=form.cleaned_data["email"], actor=access.actor, at=timezone.now())
            messages.success(request, _("The login is saved. It works with a code by e-mail."))
            return redirect(change_path(person), person.pk)
    text = _("Whoever reads mail at this address gets in, and sets up a second factor first. Empty: nobody gets in.")
    return _asked(request, Question(_("Login"), text, _("Save")), person, form)


@_form_or_act
@fresh_factor_required
def leave(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Take a person off the team; their shift ends, their name stays on what they booked."""
    person = own_object(request, Staff, staff_id)
    access = _may_change(request, person)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            deactivate_staff(staff=person, actor=access.actor, at=timezone.now(), reason=reason)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Taken off the team."))
            return redirect(change_path(person), person.pk)
    text = _("PIN and login stop working at once.")
    return _asked(request, Question(_("Take off the team"), text, _("Take off the team"), "stop"), person, form)


@_form_or_act
@fresh_factor_required
def come_back(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Put a person back on the team, with the PIN and login they had."""
    person = own_object(request, Staff, staff_id)
    access = _may_change(request, person)
    if request.method != "POST":
        text = _("PIN and login work again as they did.")
        return ask(request, Question(_("Back on the team"), text, _("Back on the team")), about=person)
    with transaction.atomic():
        inactive = Staff.objects.for_merchant(access.merchant).filter(pk=person.pk, is_active=False)
        if inactive.update(is_active=True):
            audit.record(
                merchant=access.merchant,
                at=timezone.now(),
                action="staff.reactivated",
                target=person,
                actor=access.actor,
                old={"is_active": False},
                new={"is_active": True},
            )
    messages.success(request, _("Back on the team."))
    return redirect(change_path(person), person.pk)


def _may_change(request: HttpRequest, person: Staff) -> StaffAccess:
    """Return the role in force if it may change this person. Raises: PermissionDenied, also for oneself."""
    access = need(request, Right.WORK)
    if not access.may_change(person) or person.pk == access.staff.pk:
        raise PermissionDenied
    return access


def _asked(
    request: HttpRequest, question: Question, person: Staff, form: "PinForm | LoginForm | ReasonForm"
) -> HttpResponse:
    """Draw the form; 422 when what was sent is not right."""
    return ask(request, question, about=person, form=form, status=422 if form.is_bound else 200)
