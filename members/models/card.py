"""What the member shows: a number, a state, an assurance level."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.card_numbers import grouped, masked
from members.tenancy import PublicTenantModel, public_id_constraint


class CardState(models.TextChoices):
    """States of a card; *replaced* is final, *blocked* can be lifted by a manager."""

    UNVERIFIED = "unverified", _("not yet confirmed")
    VERIFIED = "verified", _("confirmed")
    BLOCKED = "blocked", _("blocked")
    REPLACED = "replaced", _("replaced")


class Card(PublicTenantModel):
    """A member card. ``member`` is empty on a blank card until somebody claims it.

    ``level`` is the assurance level 0-3. ``code_generation`` grows when the card's rotating codes must change.
    ``replaced_by`` points to the card that took over the balances.
    """

    number = models.CharField(_("card number"), max_length=12)
    member = models.ForeignKey(
        "members.Member",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="cards",
        verbose_name=_("member"),
    )
    state = models.CharField(_("state"), max_length=10, choices=CardState, default=CardState.UNVERIFIED)
    state_before_block = models.CharField(max_length=10, blank=True, editable=False)
    state_reason = models.CharField(_("reason"), max_length=200, blank=True)
    level = models.PositiveSmallIntegerField(_("assurance level"), default=0)
    code_generation = models.PositiveIntegerField(default=0, editable=False)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        editable=False,
        verbose_name=_("replaced by"),
    )
    issued_at = models.DateTimeField(_("issued"))
    first_used_at = models.DateTimeField(_("first used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints = [
            public_id_constraint("card"),
            # Read at every scan: one indexed query finds the card.
            models.UniqueConstraint(fields=["merchant", "number"], name="card_number_unique"),
            models.CheckConstraint(condition=models.Q(level__lte=3), name="card_level_range"),
            models.CheckConstraint(
                condition=models.Q(state="replaced", replaced_by__isnull=False)
                | (~models.Q(state="replaced") & models.Q(replaced_by__isnull=True)),
                name="card_replaced_names_successor",
            ),
        ]

    def __str__(self) -> str:
        return grouped(self.number)

    @property
    def grouped_number(self) -> str:
        """The number in three groups of four, as printed and spoken."""
        return grouped(self.number)

    @property
    def masked_number(self) -> str:
        """First and last group, for lists that others may see."""
        return masked(self.number)

    @property
    def can_earn(self) -> bool:
        """Whether stamps and points may be booked on this card at all."""
        return self.state in {CardState.UNVERIFIED, CardState.VERIFIED}
