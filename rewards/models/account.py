"""One card's balance in one program, or one of a program's system accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import TenantModel


class AccountKind(models.TextChoices):
    """Card accounts (first two) keep a running total; system accounts keep none."""

    AVAILABLE = "available", _("available")
    PENDING = "pending", _("being checked")
    ISSUE = "issue", _("issued")
    REDEMPTION = "redemption", _("redeemed")
    EXPIRY = "expiry", _("expired")
    ADJUSTMENT = "adjustment", _("adjusted")


SYSTEM_KINDS = (AccountKind.ISSUE, AccountKind.REDEMPTION, AccountKind.EXPIRY, AccountKind.ADJUSTMENT)


class Account(TenantModel):
    """An account of the ledger; written by ``rewards.domain.ledger`` only.

    Card accounts: ``balance`` is the running total, ``sequence`` and ``chain_hash`` the head of the account's
    chain, ``carry`` what each rule has left over in cents ({rule key: cents}, negative after an undo),
    ``earn_count`` the visits. System accounts leave all of it empty: a shop's every scan would queue on one row.
    """

    program = models.ForeignKey(
        "rewards.Program", on_delete=models.PROTECT, related_name="accounts", db_index=False, verbose_name=_("program")
    )
    card = models.ForeignKey(
        "members.Card",
        null=True,
        on_delete=models.PROTECT,
        related_name="accounts",
        db_index=False,
        verbose_name=_("card"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    unit = models.CharField(_("unit"), max_length=20)
    balance = models.BigIntegerField(_("balance"), null=True)
    sequence = models.BigIntegerField(_("chain position"), default=0)
    chain_hash = models.CharField(max_length=64, blank=True)
    carry = models.JSONField(default=dict)
    earn_count = models.PositiveIntegerField(_("visits"), default=0)
    first_at = models.DateTimeField(_("first visit"), null=True)
    prev_at = models.DateTimeField(_("visit before"), null=True)
    last_at = models.DateTimeField(_("last visit"), null=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            # Read and locked at every booking.
            models.UniqueConstraint(
                fields=["merchant", "card", "program", "kind"],
                condition=models.Q(card__isnull=False),
                name="account_of_card_unique",
            ),
            models.UniqueConstraint(
                fields=["merchant", "program", "kind"],
                condition=models.Q(card__isnull=True),
                name="account_of_system_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(card__isnull=False, kind__in=["available", "pending"], balance__gte=0)
                | models.Q(
                    card__isnull=True,
                    kind__in=["issue", "redemption", "expiry", "adjustment"],
                    balance__isnull=True,
                    sequence=0,
                ),
                name="account_balance_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} account {self.pk}"

    @property
    def is_card_account(self) -> bool:
        """Whether it keeps a running total and a chain."""
        return self.card_id is not None
