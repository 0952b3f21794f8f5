"""One line of who did what; append-only by trigger."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import TenantModel


class AuditEntry(TenantModel):
    """An act of a person or a job, with old and new values. Bookings are their own record and not repeated here.

    ``user`` keeps its number when the login is gone (no constraint): an append-only row can't be set to null.
    ``old`` and ``new`` never hold contacts, codes or secrets: ``members.audit.record`` masks them.
    """

    at = models.DateTimeField(_("time"))
    staff = models.ForeignKey(
        "members.Staff", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("staff")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        verbose_name=_("login"),
    )
    actor = models.CharField(_("who"), max_length=80)
    action = models.CharField(_("act"), max_length=40)
    object_type = models.CharField(_("kind of object"), max_length=40)
    object_id = models.CharField(_("object"), max_length=40)
    old = models.JSONField(_("before"), default=dict)
    new = models.JSONField(_("after"), default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            # Read by the office's audit log and by an object's history.
            models.Index(fields=["merchant", "-at"], name="audit_by_time"),
            models.Index(fields=["merchant", "object_type", "object_id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_type} {self.object_id}"
