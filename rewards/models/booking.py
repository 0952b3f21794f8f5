"""One request that was decided: what was asked, what came of it, and why. Append-only by trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class BookingKind(models.TextChoices):
    """What was asked for."""

    EARN = "earn", _("earned")
    REDEEM = "redeem", _("redeemed")
    UNDO = "undo", _("undone")
    RETURN = "return", _("returned")
    EXPIRE = "expire", _("expired")
    RELEASE = "release", _("released")
    ADJUST = "adjust", _("adjusted")
    MOVE = "move", _("moved to another card")


class BookingOutcome(models.TextChoices):
    """What came of it. A refusal is a row too: it must explain itself later."""

    POSTED = "posted", _("booked")
    HELD = "held", _("being checked")
    STEP_UP = "step_up", _("extra check")
    REFUSED = "refused", _("refused")


class Booking(PublicTenantModel):
    """The header of a ledger entry; its transfers point here.

    ``request_id`` is made by the client and unique per merchant, ``content_hash`` tells a replay from another
    request under the same id. ``result`` is the outcome as first answered (grants, balances, verdicts, reasons,
    carries), so that a replay answers the same and every booking explains itself for ever.
    ``reverses`` is unique: a booking is undone once.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=BookingKind)
    outcome = models.CharField(_("outcome"), max_length=8, choices=BookingOutcome)
    request_id = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    card = models.ForeignKey(
        "members.Card", on_delete=models.PROTECT, related_name="bookings", db_index=False, verbose_name=_("card")
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
    assessment = models.ForeignKey(
        "fraud.Assessment",
        null=True,
        on_delete=models.PROTECT,
        related_name="bookings",
        db_index=False,
        verbose_name=_("assessment"),
    )
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False, verbose_name=_("undoes")
    )
    channel = models.CharField(_("channel"), max_length=10, default="counter")
    entry = models.CharField(_("entry"), max_length=8, default="scan")
    amount_cents = models.BigIntegerField(_("amount in cents"), null=True)
    receipt = models.CharField(_("receipt"), max_length=64, blank=True)
    items = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    result = models.JSONField(default=dict)
    occurred_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            public_id_constraint("booking"),
            # Read at every write: has this request been answered?
            models.UniqueConstraint(fields=["merchant", "request_id"], name="booking_request_unique"),
            models.UniqueConstraint(
                fields=["merchant", "reverses"],
                condition=models.Q(reverses__isnull=False, outcome="posted"),
                name="booking_reversed_once",
            ),
        ]
        indexes = [
            # Read by the counter's "last booked", the member's history and the office.
            models.Index(fields=["merchant", "till", "-recorded_at"], name="booking_by_till"),
            models.Index(fields=["merchant", "card", "-recorded_at"], name="booking_by_card"),
            models.Index(fields=["merchant", "-recorded_at"], name="booking_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome} {self.pk}"
