"""App configuration of the site."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    """Faces, checks, commands."""

    name = "loyalty_site"
    verbose_name = _("Site")

    def ready(self) -> None:
        """Register the operator's checks, and who carries the ids of new jobs."""
        # Late: these import models.
        from loyalty_site import carrier, checks
        from members.outbox import set_carrier

        checks.register_all()
        if settings.REDIS_URL:
            set_carrier(carrier.carry)
