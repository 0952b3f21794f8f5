"""The two pages before the office's door: set up a second factor, choose the merchant.

Both are for people with an office role only, show no merchant's data but names, and check for themselves.
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from loyalty_site.web.access import Factor, ask_to_log_in, choose_role, factor_of, office_roles
from members.models import Staff


@never_cache
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Explain why a second factor is needed and how to get one; whoever has it goes on."""
    if request.user.is_anonymous:
        return ask_to_log_in(request)
    if not office_roles(request.user) and not request.user.is_superuser:
        raise PermissionDenied
    if factor_of(request) is not Factor.MISSING:
        return redirect("/")
    return render(request, "owner/second_factor.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Let somebody with several roles choose for whom they work now."""
    if request.user.is_anonymous:
        return ask_to_log_in(request)
    roles = office_roles(request.user)
    if not roles:
        raise PermissionDenied
    if request.method == "POST":
        choose_role(request, _chosen(roles, request.POST.get("role", "")))
        return redirect("office:index")
    return render(request, "owner/choose.html", {"roles": roles, "title": _("Which shop?")})


def _chosen(roles: list[Staff], wanted: str) -> Staff:
    """Return the role with this id among one's own. Raises: Http404 for anything else."""
    for staff in roles:
        if str(staff.pk) == wanted:
            return staff
    raise Http404
