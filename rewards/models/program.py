"""A program: what a merchant promises, in which unit, from when to when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class ProgramKind(models.TextChoices):
    """How a program is shown; what it grants stands in its rules."""

    STAMP_CARD = "stamp_card", _("Stamp card")
    POINTS = "points", _("Points")


class ProgramState(models.TextChoices):
    """A program's life; only *live* ones book."""

    DRAFT = "draft", _("draft")
    LIVE = "live", _("live")
    ENDED = "ended", _("ended")
    ARCHIVED = "archived", _("archived")


class Freshness(models.TextChoices):
    """What redeeming asks of the code that was shown."""

    FRESH_CODE = "fresh_code", _("a fresh code from the phone")
    ANY_CODE = "any_code", _("any code, paper too")


class ExpiryRounding(models.TextChoices):
    """To which end an expiry date is moved in the member's favor."""

    MONTH = "month", _("end of the month")
    YEAR = "year", _("end of the year")


class Program(PublicTenantModel):
    """A program. ``expiry_months`` 0 means never; otherwise each lot expires that many months after it was
    earned, moved to the end of that month or year in the merchant's time zone."""

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=ProgramKind)
    state = models.CharField(_("state"), max_length=8, choices=ProgramState, default=ProgramState.DRAFT)
    unit = models.SlugField(_("unit, short"), max_length=20, default="stamp")
    unit_singular = models.CharField(_("unit, one"), max_length=30)
    unit_plural = models.CharField(_("unit, many"), max_length=30)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    expiry_months = models.PositiveSmallIntegerField(_("expires after months"), default=0)
    expiry_rounding = models.CharField(
        _("expiry at"), max_length=5, choices=ExpiryRounding, default=ExpiryRounding.YEAR
    )
    redeem_freshness = models.CharField(
        _("redeeming asks for"), max_length=10, choices=Freshness, default=Freshness.FRESH_CODE
    )
    redeem_level = models.PositiveSmallIntegerField(_("level needed to redeem"), default=1)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["merchant", "position", "id"]
        constraints = [
            public_id_constraint("program"),
            models.UniqueConstraint(fields=["merchant", "name"], name="program_name_unique"),
            models.CheckConstraint(condition=models.Q(redeem_level__lte=3), name="program_level_range"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(starts_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="program_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def unit_name(self, amount: int) -> str:
        """Return the unit's word for ``amount`` units."""
        return self.unit_singular if abs(amount) == 1 else self.unit_plural
