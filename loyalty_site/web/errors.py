"""Error pages that say what to do next and reveal nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer an expired or missing form token: nothing was changed, load the page again."""
    del reason  # it names cookies and referrers, which help an attacker more than a cashier
    return render(request, "403_csrf.html", status=403)
