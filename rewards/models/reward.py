"""What a balance buys, and one use of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class Reward(PublicTenantModel):
    """A reward of a program for ``price`` units. ``stock`` empty = unlimited; the database keeps it >= 0."""

    program = models.ForeignKey(
        "rewards.Program", on_delete=models.PROTECT, related_name="rewards", verbose_name=_("program")
    )
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=200, blank=True)
    price = models.PositiveIntegerField(_("price in units"))
    stock = models.IntegerField(_("stock"), null=True, blank=True, help_text=_("Empty: unlimited."))
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["merchant", "program", "price", "id"]
        constraints = [
            public_id_constraint("reward"),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="reward_price_positive"),
            models.CheckConstraint(
                condition=models.Q(stock__isnull=True) | models.Q(stock__gte=0),
                name="reward_stock_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RedemptionState(models.TextChoices):
    """Reserved -> handed over; either can be undone."""

    RESERVED = "reserved", _("reserved")
    HANDED_OVER = "handed_over", _("handed over")
    UNDONE = "undone", _("undone")


class Redemption(PublicTenantModel):
    """One use of a reward. The units left the balance with ``booking``; who did what when stands here.

    ``code_step`` is the 30-second step of the fresh code that was shown: unique per card, so that one code
    spends once, whichever till it is shown at.
    """

    booking = models.OneToOneField(
        "rewards.Booking", on_delete=models.PROTECT, related_name="redemption", verbose_name=_("booking")
    )
    reward = models.ForeignKey(
        "rewards.Reward", on_delete=models.PROTECT, related_name="redemptions", db_index=False, verbose_name=_("reward")
    )
    card = models.ForeignKey(
        "members.Card", on_delete=models.PROTECT, related_name="redemptions", db_index=False, verbose_name=_("card")
    )
    price = models.PositiveIntegerField(_("price in units"))
    state = models.CharField(_("state"), max_length=11, choices=RedemptionState, default=RedemptionState.RESERVED)
    code_step = models.BigIntegerField(null=True)
    reserved_at = models.DateTimeField(_("reserved"))
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    handed_over_by = models.ForeignKey(
        "members.Staff",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("handed over by"),
    )
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            public_id_constraint("redemption"),
            models.UniqueConstraint(
                fields=["merchant", "card", "code_step"],
                condition=models.Q(code_step__isnull=False),
                name="redemption_code_once",
            ),
        ]
        indexes = [
            # Read at the end of a shift: what was reserved and not handed over.
            models.Index(
                fields=["merchant", "reserved_at"],
                condition=models.Q(state="reserved"),
                name="redemption_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id} {self.state}"
