"""A person working for a merchant, and the shifts they work at a till."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class Role(models.TextChoices):
    """What staff may do; above cashier a second factor is mandatory in the office."""

    CASHIER = "cashier", _("Cashier")
    MANAGER = "manager", _("Manager")
    OWNER = "owner", _("Owner")
    ANALYST = "analyst", _("Analyst")
    AUDITOR = "auditor", _("Auditor")


#: Roles that decide at the counter without a second person (reversals, replacing a card).
MANAGING_ROLES = frozenset({Role.MANAGER, Role.OWNER})
#: Roles that open the office; each needs a second factor.
OFFICE_ROLES = frozenset({Role.MANAGER, Role.OWNER, Role.ANALYST, Role.AUDITOR})
#: Roles that stand at the counter.
COUNTER_ROLES = frozenset({Role.CASHIER, Role.MANAGER, Role.OWNER})


class Staff(PublicTenantModel):
    """A person at work. ``user`` is the office login; cashiers usually have only a PIN.

    ``pin_failures`` and ``pin_locked_until`` throttle guessing in the database: after the third wrong PIN the
    wait doubles from 30 seconds up to one hour.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="staff_roles",
        verbose_name=_("login"),
    )
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.CASHIER)
    pin_hash = models.CharField(max_length=256, blank=True, editable=False)
    pin_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    pin_locked_until = models.DateTimeField(null=True, blank=True, editable=False)
    own_card = models.ForeignKey(
        "members.Card",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("own card"),
        help_text=_("Nobody books on their own card; this is how the counter knows it."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("staff")
        verbose_name_plural = _("team")
        ordering = ["merchant", "name"]
        constraints = [
            public_id_constraint("staff"),
            models.UniqueConstraint(
                fields=["merchant", "user"], condition=models.Q(user__isnull=False), name="staff_user_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the round sign at the counter."""
        parts = self.name.split()
        return (parts[0][:1] + parts[-1][:1] if len(parts) > 1 else self.name[:2]).upper()


class Shift(PublicTenantModel):
    """Who stood at which till from when to when; the counter's session points here and can be ended here."""

    till = models.ForeignKey("members.Till", on_delete=models.PROTECT, related_name="shifts", verbose_name=_("till"))
    staff = models.ForeignKey("members.Staff", on_delete=models.PROTECT, related_name="shifts", verbose_name=_("staff"))
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            public_id_constraint("shift"),
            # One open shift a till: changing staff ends the one before.
            models.UniqueConstraint(
                fields=["merchant", "till"],
                condition=models.Q(ended_at__isnull=True),
                name="shift_open_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.till_id}"
