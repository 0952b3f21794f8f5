"""Hard caps, and the counters that keep them exact under any number of parallel bookings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, TenantModel, public_id_constraint


class LimitKind(models.TextChoices):
    """What a limit counts."""

    UNITS = "units", _("units")
    BOOKINGS = "bookings", _("bookings")
    INTERVAL = "interval", _("time lock")


class LimitSubject(models.TextChoices):
    """Whose doings a limit counts."""

    CARD = "card", _("card")
    STAFF = "staff", _("person at the till")
    TILL = "till", _("till")
    STORE = "store", _("store")


class Limit(PublicTenantModel):
    """A cap of ``maximum`` units or bookings a local day, or a lock of ``seconds`` between two bookings.

    ``program`` narrows it to one program (its public id as text: fraud does not know programs); empty = all
    programs together. Limits refuse; they never hold or ask.
    """

    kind = models.CharField(_("counts"), max_length=8, choices=LimitKind)
    subject = models.CharField(_("for each"), max_length=5, choices=LimitSubject)
    program = models.CharField(_("program"), max_length=36, blank=True)
    maximum = models.PositiveIntegerField(_("at most a day"), default=0)
    seconds = models.PositiveIntegerField(_("seconds between bookings"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        ordering = ["merchant", "id"]
        constraints = [
            public_id_constraint("limit"),
            models.CheckConstraint(
                condition=(models.Q(kind="interval", seconds__gt=0) | ~models.Q(kind="interval")),
                name="limit_interval_has_seconds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} / {self.get_subject_display()}"


class LimitCounter(TenantModel):
    """How much of a limit one subject has used in one window.

    ``window`` is the local day as YYYYMMDD (0 for a time lock). ``maximum`` is the limit's cap when last charged
    and the database itself refuses ``used`` above it. ``next_at`` and ``last_at`` are seconds since 1970, whole
    numbers so that both databases compare them alike.
    """

    limit = models.ForeignKey("fraud.Limit", on_delete=models.CASCADE, related_name="counters", db_index=False)
    subject_id = models.BigIntegerField()
    window = models.IntegerField(default=0)
    used = models.BigIntegerField(default=0)
    maximum = models.BigIntegerField()
    last_at = models.BigIntegerField(default=0)
    next_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            # The upsert's target; read by every charge.
            models.UniqueConstraint(fields=["merchant", "limit", "subject_id", "window"], name="limit_counter_unique"),
            models.CheckConstraint(
                condition=models.Q(used__gte=0) & models.Q(used__lte=models.F("maximum")),
                name="limit_counter_within_maximum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id}/{self.subject_id}/{self.window}"
