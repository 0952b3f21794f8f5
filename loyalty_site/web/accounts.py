"""How logins behave: allauth's adapters, and its page that sets up an authenticator app.

Nobody signs up for a bare login here: members join at a merchant's portal, staff are added by an owner. Secrets of
authenticator apps and recovery codes are kept encrypted. Pages and mails stand in templates/account and templates/mfa.
"""

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from loyalty_site.web.access import has_fresh_factor
from members import qr
from members.models import User

#: Whoever logged in this recently need not enter the password again to set up the second factor.
FRESH_LOGIN_SECONDS = 5 * 60


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closed for sign-up; sends people home by what they are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up happens at a merchant's door, never here."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """After login: the page asked for, else the house's front door, which knows the way."""
        return "/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """After a new password: to the page with everything about the login."""
        return reverse("mfa_index")

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # Any: allauth's
        """Note the address of a login that was made elsewhere; a code that was sent there has confirmed it."""
        if not EmailAddress.objects.filter(user=user).exists():
            records = get_authentication_records(request, user)
            confirmed = any(r["method"] == "code" and r.get("email") == user.email for r in records)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=confirmed)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject as written; the sender's name says who writes."""
        return subject

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password or a code again, unless a code or (without a second factor) a login is fresh."""
        if app == "allauth.mfa" and (has_fresh_factor(self.request) or _logged_in_just_now(self.request)):
            return False
        return bool(super().is_reauthentication_required(app=app))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Keeps the secrets of second factors encrypted with a key derived from SECRET_KEY and its fallbacks."""

    def encrypt(self, text: str) -> str:
        """Return the secret as the database keeps it."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret in clear.

        Raises:
            InvalidToken: it was written under a key that is neither SECRET_KEY nor one of its fallbacks.
        """
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise InvalidToken("a second factor's secret was written under another SECRET_KEY") from None


class ActivateAppView(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Sets up an authenticator app. The code just entered counts as the factor shown in this session."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # Any: template data
        """Add the QR code in the house's own drawing, inline."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["qr_svg"] = qr.svg(context["totp_url"])
        secret: str = context["form"].secret
        context["secret_groups"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return context

    def form_valid(self, form: Any) -> HttpResponse:  # Any: allauth's form
        """Activate, and spare the person a second code on the next page."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(
            self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP.value, reauthenticated=True
        )
        return response


def _fernet() -> MultiFernet:
    """Return the cipher: the first key writes, all read."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"stammkarte.second-factor" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _logged_in_just_now(request: HttpRequest) -> bool:
    """Tell whether a login without a second factor happened within `FRESH_LOGIN_SECONDS`."""
    if request.user.is_anonymous or Authenticator.objects.filter(user=request.user).exists():
        return False
    records = get_authentication_records(request, request.user)
    return any(0 <= time.time() - record["at"] <= FRESH_LOGIN_SECONDS for record in records)
