"""One immutable ledger row between two accounts; append-only by trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import TenantModel


class TransferReason(models.TextChoices):
    """Why units moved."""

    EARN = "earn", _("earned")
    HOLD = "hold", _("held for checking")
    RELEASE = "release", _("released")
    REDEEM = "redeem", _("redeemed")
    RETURN = "return", _("returned")
    EXPIRE = "expire", _("expired")
    ADJUST = "adjust", _("adjusted")
    WELCOME = "welcome", _("welcome")
    MOVE = "move", _("moved to another card")
    UNDO = "undo", _("undone")


class Transfer(TenantModel):
    """``amount`` units move from ``debit`` to ``credit``; one row, so it can't be unbalanced.

    Request id, store, till, staff, assessment and times of the act stand once in ``booking``. For each card
    account that it touches the row carries that account's next sequence number and chain hash (empty on the
    side of a system account). ``reverses`` is unique: a transfer is reversed once.
    """

    booking = models.ForeignKey(
        "rewards.Booking", on_delete=models.PROTECT, related_name="transfers", db_index=False, verbose_name=_("booking")
    )
    debit = models.ForeignKey(
        "rewards.Account",
        on_delete=models.PROTECT,
        related_name="debits",
        db_index=False,
        verbose_name=_("from account"),
    )
    credit = models.ForeignKey(
        "rewards.Account",
        on_delete=models.PROTECT,
        related_name="credits",
        db_index=False,
        verbose_name=_("to account"),
    )
    unit = models.CharField(_("unit"), max_length=20)
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=8, choices=TransferReason)
    rule = models.ForeignKey(
        "rewards.Rule", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("rule")
    )
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False, verbose_name=_("undoes")
    )
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    #: When the lot that this transfer brings expires; part of the chain, so that nobody prolongs a lot unseen.
    expires_at = models.DateTimeField(_("expires"), null=True)
    debit_sequence = models.BigIntegerField(null=True)
    debit_hash = models.CharField(max_length=64, blank=True)
    credit_sequence = models.BigIntegerField(null=True)
    credit_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=~models.Q(debit=models.F("credit")), name="transfer_between_two_accounts"),
            models.UniqueConstraint(
                fields=["merchant", "reverses"],
                condition=models.Q(reverses__isnull=False),
                name="transfer_reversed_once",
            ),
            # Read by the proof, account by account; no gap and no fork in a chain.
            models.UniqueConstraint(
                fields=["merchant", "debit", "debit_sequence"],
                condition=models.Q(debit_sequence__isnull=False),
                name="transfer_debit_chain",
            ),
            models.UniqueConstraint(
                fields=["merchant", "credit", "credit_sequence"],
                condition=models.Q(credit_sequence__isnull=False),
                name="transfer_credit_chain",
            ),
        ]
        indexes = [
            # Read by undo, explanation and history: what a booking moved.
            models.Index(fields=["merchant", "booking"], name="transfer_by_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} {self.debit_id}->{self.credit_id}"
