"""How logins behave: allauth's adapter.

Nobody signs up for a bare login here: members join at a merchant's portal, staff are invited by an owner.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closed for sign-up; sends people home by what they are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up happens at a merchant's door, never here."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """After login: the page asked for, else the house's front door, which knows the way."""
        return "/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:  # Any: template data
        """Send allauth's mail in the language of the request."""
        super().send_mail(template_prefix, email, context)
