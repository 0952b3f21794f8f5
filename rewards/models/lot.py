"""An earned amount with its own expiry, and every movement of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import TenantModel


class Lot(TenantModel):
    """What one transfer brought to an account. ``remaining`` = amount + sum of its moves, never below 0.

    ``expires_at`` empty = never. Spending drains the soonest-expiring lot first, undated ones last.
    """

    account = models.ForeignKey(
        "rewards.Account", on_delete=models.PROTECT, related_name="lots", db_index=False, verbose_name=_("account")
    )
    transfer = models.ForeignKey(
        "rewards.Transfer", on_delete=models.PROTECT, related_name="lots", db_index=False, verbose_name=_("transfer")
    )
    amount = models.BigIntegerField(_("amount"))
    remaining = models.BigIntegerField(_("left"))
    earned_at = models.DateTimeField(_("earned"))
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0)
                & models.Q(remaining__gte=0)
                & models.Q(remaining__lte=models.F("amount")),
                name="lot_remaining_range",
            ),
        ]
        indexes = [
            # Read by the undo of the transfer that brought it.
            models.Index(fields=["merchant", "transfer"], name="lot_by_transfer"),
            # Read when units are spent: what is left, soonest expiry first.
            models.Index(
                fields=["merchant", "account", "expires_at"],
                condition=models.Q(remaining__gt=0),
                name="lot_left",
            ),
            # Read by the nightly expiry.
            models.Index(
                fields=["merchant", "expires_at"],
                condition=models.Q(remaining__gt=0, expires_at__isnull=False),
                name="lot_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining}/{self.amount} of account {self.account_id}"


class LotMove(TenantModel):
    """``delta`` units into (+) or out of (-) a lot, by which transfer; append-only by trigger.

    Spending drains (-); the return of a spent reward fills the very lots that it drained (+).
    """

    lot = models.ForeignKey("rewards.Lot", on_delete=models.PROTECT, related_name="moves", db_index=False)
    transfer = models.ForeignKey(
        "rewards.Transfer",
        on_delete=models.PROTECT,
        related_name="lot_moves",
        db_index=False,
        verbose_name=_("transfer"),
    )
    delta = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(delta=0), name="lot_move_not_zero"),
            models.UniqueConstraint(fields=["merchant", "transfer", "lot"], name="lot_move_unique"),
        ]
        indexes = [
            # Read by the proof, lot by lot.
            models.Index(fields=["merchant", "lot"], name="lot_move_by_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} on lot {self.lot_id}"
