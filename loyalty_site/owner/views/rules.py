"""Write a rule, its next version, or its end. What a rule says is checked by the engine; the form shows it."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty_site.owner.forms.rule_form import RuleForm
from loyalty_site.owner.pages import Question, ask, need, own_object
from loyalty_site.owner.rule_lines import compiled, in_words, store_names
from loyalty_site.owner.site import office
from loyalty_site.owner.tenant_admin import list_name
from loyalty_site.web.access import Right, StaffAccess
from members import audit
from rewards.domain.programs import end_rule, save_rule
from rewards.engine.rules import Rule as EngineRule
from rewards.models import Program, Rule

_form_or_act = require_http_methods(["GET", "HEAD", "POST"])


@_form_or_act
def add(request: HttpRequest, program_id: int) -> HttpResponse:
    """Write a new rule of a program."""
    access = need(request, Right.WORK)
    return _edit(request, access, own_object(request, Program, program_id), None)


@_form_or_act
def edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Write the next version of an open rule; a closed one is history and 404 here."""
    access = need(request, Right.WORK)
    rule = own_object(request, Rule, rule_id)
    if rule.ends_at is not None:
        raise Http404
    return _edit(request, access, own_object(request, Program, rule.program_id), rule)


@_form_or_act
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Ask, then end an open rule; what it granted stays."""
    access = need(request, Right.WORK)
    rule = own_object(request, Rule, rule_id)
    if rule.ends_at is not None:
        raise Http404
    if request.method != "POST":
        text = _("From now on this rule grants nothing. What it granted stays.")
        return ask(request, Question(pgettext("rule", "End"), text, pgettext("rule", "End"), "stop"), about=rule)
    at = timezone.now()
    with transaction.atomic():
        end_rule(rule=rule, at=at)
        audit.record(
            merchant=access.merchant,
            at=at,
            action="rule.ended",
            target=rule,
            actor=access.actor,
            old={"ends_at": None},
            new={"ends_at": at},
        )
    messages.success(request, _("The rule has ended."))
    return redirect("office:rewards_program_change", rule.program_id)


def _edit(request: HttpRequest, access: StaffAccess, program: Program, rule: Rule | None) -> HttpResponse:
    """Show the form, show what it says in words, or save it."""
    language = get_language() or "de"
    form = RuleForm(
        program=program,
        stored=rule,
        others=_others(program, rule),
        stores=store_names(access.merchant),
        language=language,
        data=request.POST if request.method == "POST" else None,
    )
    words = ""
    if form.is_bound and form.is_valid():
        if "save" in request.POST and _saved(access, program, rule, form):
            messages.success(request, _("The rule is saved and counts from the next booking on."))
            return redirect("office:rewards_program_change", program.pk)
        if "save" in request.POST:
            messages.warning(request, _("Somebody else changed this rule meanwhile. Nothing was saved."))
            return redirect("office:rewards_program_change", program.pk)
        words = _words(form, program, language)
    context = {
        "title": _("Add a rule") if rule is None else rule.name,
        "form": form,
        "words": words,
        "program": program,
        "original": rule or program,
        "opts": Program._meta,
        "list_name": list_name(Program),
    }
    response = office.page(request, "owner/rule.html", context)
    response.status_code = 422 if form.is_bound and not words else 200
    return response


def _words(form: RuleForm, program: Program, language: str) -> str:
    """Return a checked form's rule in plain language."""
    if form.rule is None:
        return ""
    return in_words(form.rule, program=program, language=language, stores=store_names(program.merchant))


def _saved(access: StaffAccess, program: Program, rule: Rule | None, form: RuleForm) -> bool:
    """Save through the domain with its audit entry; False when another version was saved meanwhile."""
    at = timezone.now()
    try:
        with transaction.atomic():
            fresh = save_rule(
                program=program,
                name=form.name,
                definition=form.definition(),
                at=at,
                rule=rule,
                position=form.position,
            )
            audit.record(
                merchant=access.merchant,
                at=at,
                action="rule.added" if rule is None else "rule.changed",
                target=fresh,
                actor=access.actor,
                old={"name": rule.name, "definition": rule.definition} if rule else {},
                new={"name": fresh.name, "definition": fresh.definition},
            )
    except IntegrityError:
        # The next version's number was taken: of two people who edit one rule, the second one is told.
        return False
    return True


def _others(program: Program, rule: Rule | None) -> list[EngineRule]:
    """Return the program's other open rules, compiled."""
    rows = Rule.objects.for_merchant(program.merchant_id).filter(program=program, ends_at__isnull=True)
    return [compiled(row, program=program) for row in rows if rule is None or row.key != rule.key]
