"""Let a failed job be tried again."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty_site.owner.pages import Question, ask, need, own_object
from loyalty_site.web.access import Right
from members import audit
from members.models import Job, JobState


@require_http_methods(["GET", "HEAD", "POST"])
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask, then make a failed job due again with all its attempts; handlers are idempotent."""
    access = need(request, Right.WORK)
    job = own_object(request, Job, job_id)
    if request.method != "POST":
        text = _("The job is due again at once. Trying twice does no harm.")
        return ask(request, Question(_("Try again"), text, _("Try again")), about=job)
    at = timezone.now()
    with transaction.atomic():
        failed = Job.objects.for_merchant(access.merchant).filter(pk=job.pk, state=JobState.FAILED)
        again = failed.update(
            state=JobState.WAITING, run_at=at, attempts=0, claimed_until=None, finished_at=None, last_error=""
        )
        if again:
            audit.record(merchant=access.merchant, at=at, action="job.retried", target=job, actor=access.actor)
    if again:
        messages.success(request, _("The job is due again."))
    else:
        messages.warning(request, _("The job had not failed any more. Nothing was changed."))
    return redirect("office:members_job_changelist")
