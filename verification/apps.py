"""App configuration of verification."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VerificationConfig(AppConfig):
    """Channels and challenges."""

    name = "verification"
    verbose_name = _("Verification")
