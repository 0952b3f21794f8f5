"""Addresses of logins below /accounts/: allauth's, some of its pages behind a stricter door.

Whoever has a second factor must have shown it lately to see recovery codes or to take the factor away: allauth alone
would take the password for that, and so a stolen session and a guessed password would be enough.
"""

from collections.abc import Callable

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from loyalty_site.web.access import Factor, ask_for_factor, factor_of, has_fresh_factor
from loyalty_site.web.accounts import ActivateAppView


def _behind_factor(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Ask for a fresh factor first; whoever has none is answered by the page itself."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        if factor_of(request) is not Factor.MISSING and not has_fresh_factor(request):
            return ask_for_factor(request)
        return view(request)

    return guarded


# These stand first, so that they are found under allauth's names and paths.
urlpatterns = [
    path("2fa/totp/activate/", ActivateAppView.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _behind_factor(totp_views.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _behind_factor(recovery_views.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/download/",
        _behind_factor(recovery_views.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        _behind_factor(recovery_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("", include(account_urls)),
    path("2fa/", include(mfa_urls)),
]
