"""App configuration of fraud."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FraudConfig(AppConfig):
    """Decisions, limits, cases."""

    name = "fraud"
    verbose_name = _("Fraud protection")
