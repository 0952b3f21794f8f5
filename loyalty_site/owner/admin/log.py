"""Who did what, and jobs that failed for good. For reading; a failed job can be tried again."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.filters import StaffFilter
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import ReadOnlyAdmin, Tool
from loyalty_site.web.access import Right
from members.models import AuditEntry, Job, JobState


@admin.register(AuditEntry, site=office)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit log."""

    explanation = _("Who changed what, and when. Entries are never changed or deleted; contacts and codes stay hidden.")
    list_display = ("at", "actor", "action", "object_type", "object_id", "reason")
    list_filter = (StaffFilter,)
    date_hierarchy = "at"
    ordering = ("-id",)
    fields = ("at", "actor", "action", "object_type", "object_id", "old", "new", "reason")

    def object_title(self, obj: AuditEntry) -> str:
        """Return who did what."""
        return f"{obj.actor}: {obj.action}"


@admin.register(Job, site=office)
class JobAdmin(ReadOnlyAdmin):
    """Jobs that failed for good; all others are the machine's business."""

    explanation = _("What could not be done after several attempts. Mend the cause, then let it be tried again.")
    list_display = ("finished_at", "name", "attempts", "last_error")
    ordering = ("-finished_at", "-id")
    fields = ("name", "attempts", "last_error", "run_at", "finished_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:  # Any: jobs
        """Return the failed ones."""
        return super().get_queryset(request).filter(state=JobState.FAILED)

    def object_title(self, obj: Job) -> str:
        """Return the job's name."""
        return obj.name

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a job
        """Offer another attempt."""
        if not access_of(request).may(Right.WORK):
            return []
        return [Tool(_("Try again"), reverse("office:job_retry", args=[obj.pk]))]
