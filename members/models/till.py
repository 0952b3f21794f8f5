"""A paired counter device or a cash register in a store, and the one-time pairing of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, TenantModel, public_id_constraint


class Till(PublicTenantModel):
    """A till of a store. Its keys are kept as SHA-256 of 256 random bits, never readable.

    ``device_hash`` is set while a counter device is paired; ``api_key_hash`` while the till has an API key.
    """

    store = models.ForeignKey("members.Store", on_delete=models.PROTECT, related_name="tills", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=60)
    quick_stamp = models.BooleanField(
        _("quick stamp"), default=True, help_text=_("A scan books at once, without a further tap.")
    )
    volume = models.PositiveSmallIntegerField(_("volume in percent"), default=60)
    device_hash = models.CharField(max_length=64, blank=True, editable=False)
    paired_at = models.DateTimeField(_("paired"), null=True, blank=True, editable=False)
    api_key_hash = models.CharField(max_length=64, blank=True, editable=False)
    api_key_made_at = models.DateTimeField(_("API key made"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("till")
        verbose_name_plural = _("tills")
        ordering = ["merchant", "store", "name"]
        constraints = [
            public_id_constraint("till"),
            models.UniqueConstraint(fields=["merchant", "store", "name"], name="till_name_unique"),
            models.CheckConstraint(condition=models.Q(volume__lte=100), name="till_volume_percent"),
        ]
        indexes = [
            # Read at the door of every API call and counter page, before the merchant is known.
            models.Index(fields=["public_id"], name="till_public_id"),
        ]

    def __str__(self) -> str:
        return self.name


class TillPairing(TenantModel):
    """A one-time code that pairs a counter device with a till; valid for minutes, used once."""

    till = models.ForeignKey("members.Till", on_delete=models.CASCADE, related_name="pairings")
    code_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey("members.Staff", null=True, on_delete=models.PROTECT, related_name="till_pairings")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "code_hash"], name="till_pairing_code_unique")]
        indexes = [
            # Read by the pairing page, before the merchant is known.
            models.Index(fields=["code_hash"], name="till_pairing_code"),
        ]

    def __str__(self) -> str:
        return f"pairing {self.pk}"
