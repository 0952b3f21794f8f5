"""The tenant: one shop business with its stores, staff, members and programs."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class StampSign(models.TextChoices):
    """Which sign of the sprite a merchant stamps with."""

    MARK = "stamp-mark", _("Stammkarte")
    SUN = "stamp-sun", _("Rising sun")
    COMB = "stamp-comb", _("Comb and scissors")
    LEAF = "stamp-leaf", _("Leaf")
    CUP = "stamp-cup", _("Cup")


class Merchant(models.Model):
    """A tenant. Everything else names one by foreign key.

    ``rules_version`` grows with every change of programs, rules, rewards or limits; processes keep compiled
    rules keyed by it, so a change is seen by the next booking without a restart.
    """

    is_tenant_data = True
    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("short name in addresses"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    stamp = models.CharField(_("stamp"), max_length=20, choices=StampSign, default=StampSign.MARK)
    brand_color = models.CharField(_("color"), max_length=7, default="#4c2a85")
    language = models.CharField(_("language"), max_length=5, default="de")
    timezone = models.CharField(_("time zone"), max_length=40, default="Europe/Berlin")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    rules_version = models.PositiveBigIntegerField(default=1, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        constraints = [
            # Read at every portal address.
            models.UniqueConstraint(fields=["slug"], name="merchant_slug_unique"),
            models.UniqueConstraint(fields=["public_id"], name="merchant_public_id_unique"),
            models.CheckConstraint(
                condition=models.Q(brand_color__regex=r"^#[0-9a-fA-F]{6}$"), name="merchant_brand_color_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name
