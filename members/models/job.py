"""Durable jobs: the row is the truth, the queue a hint (see loyalty_site.outbox for who works them off)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class JobState(models.TextChoices):
    """States of a job; *failed* is terminal and shown to a human."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Job(PublicTenantModel):
    """One thing to do after the commit that wrote it. ``arguments`` holds ids only, never contacts or codes.

    ``unique_key`` lets a periodic job be planned once per due time by any number of planners.
    """

    name = models.CharField(_("job"), max_length=60)
    arguments = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=JobState, default=JobState.WAITING)
    run_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    maximum_attempts = models.PositiveSmallIntegerField(default=8)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            public_id_constraint("job"),
            models.UniqueConstraint(
                fields=["merchant", "name", "unique_key"],
                condition=~models.Q(unique_key=""),
                name="job_unique_key",
            ),
        ]
        indexes = [
            # Read by every sweep, over all merchants: what is due.
            models.Index(fields=["run_at"], condition=models.Q(state__in=["waiting", "running"]), name="job_due"),
            # Read by the office's list of failed jobs and by the metrics.
            models.Index(fields=["merchant"], condition=models.Q(state="failed"), name="job_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
