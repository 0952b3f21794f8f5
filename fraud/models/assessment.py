"""Fraud's decision on one event, kept with its reasons and features; append-only by trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class DecisionKind(models.TextChoices):
    """What may follow an assessed event."""

    ALLOW = "allow", _("allowed")
    STEP_UP = "step_up", _("extra check")
    HOLD = "hold", _("being checked")
    REFUSE = "refuse", _("refused")


class Assessment(PublicTenantModel):
    """One decision. ``features`` are the numbers it was made from, ``charges`` what it took from limits.

    Velocity is counted from these rows and from ``LimitCounter``, never from the ledger.
    """

    at = models.DateTimeField(_("time"))
    event = models.CharField(_("event"), max_length=12)
    decision = models.CharField(_("decision"), max_length=7, choices=DecisionKind)
    reasons = models.JSONField(_("reasons"), default=list)
    features = models.JSONField(default=dict)
    charges = models.JSONField(default=list)
    card = models.ForeignKey(
        "members.Card",
        null=True,
        on_delete=models.PROTECT,
        related_name="assessments",
        db_index=False,
        verbose_name=_("card"),
    )
    store = models.ForeignKey(
        "members.Store", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("store")
    )
    till = models.ForeignKey(
        "members.Till", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("till")
    )
    staff = models.ForeignKey(
        "members.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("staff")
    )

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [public_id_constraint("assessment")]
        indexes = [
            # Read by the office's list of refusals and by an object's history.
            models.Index(fields=["merchant", "decision", "-at"], name="assessment_by_decision"),
            models.Index(fields=["merchant", "card", "-at"], name="assessment_by_card"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.decision} {self.pk}"
