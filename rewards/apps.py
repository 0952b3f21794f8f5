"""App configuration of rewards."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RewardsConfig(AppConfig):
    """Programs, ledger, rewards."""

    name = "rewards"
    verbose_name = _("Programs")
