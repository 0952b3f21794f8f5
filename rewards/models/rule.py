"""A rule as data: when -> then, in versions that never change once they have booked."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import TenantModel


class Rule(TenantModel):
    """One version of a rule. ``key`` is stable over versions; ``definition`` is the engine's JSON.

    Valid from ``starts_at`` (inclusive) to ``ends_at`` (exclusive, empty = open). Editing a live rule closes
    this row and opens the next version (``rewards.domain.programs.save_rule``).
    """

    program = models.ForeignKey(
        "rewards.Program", on_delete=models.PROTECT, related_name="rules", verbose_name=_("program")
    )
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    name = models.CharField(_("name"), max_length=80)
    definition = models.JSONField(_("definition"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["merchant", "program", "position", "version"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "key", "version"], name="rule_version_unique"),
            # At most one open version of a rule.
            models.UniqueConstraint(
                fields=["merchant", "key"], condition=models.Q(ends_at__isnull=True), name="rule_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (v{self.version})"
