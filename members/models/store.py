"""A place of sale (Filiale) of a merchant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, public_id_constraint


class Store(PublicTenantModel):
    """A store. ``opening_hours`` maps weekday "0" (Monday) to "6" to ``["07:00", "18:30"]``; absent = closed."""

    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    opening_hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["merchant", "name"]
        constraints = [
            public_id_constraint("store"),
            models.UniqueConstraint(fields=["merchant", "name"], name="store_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name
