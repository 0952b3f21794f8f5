"""The office: the admin site of owners, managers, analysts and auditors, each at their own merchant.

Promises: every page of it stands behind one door (`admin_view`): a login, an office role, one merchant in force, a
second factor shown in this session. Whoever lacks one of these is led to where they get it. `is_staff` opens nothing
here. The stock admin's own login, password and shortcut pages are not served: they would be further doors.

The operator's site is another one (`operator.py`); they share templates, never models or permissions.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyalty_site.web.access import (
    Factor,
    StaffAccess,
    ask_for_factor,
    ask_to_log_in,
    factor_of,
    office_roles,
    staff_access,
)

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
#: Names of stock pages that are not served: logins go through allauth, and objects have no other address.
UNUSED_PAGES = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site", "app_list"})


class GuardedSite(AdminSite):
    """An admin site with one door of our own instead of the stock one."""

    enable_nav_sidebar = False
    site_url = None

    def turned_away(self, request: HttpRequest) -> HttpResponse | None:
        """Return where somebody is led who may not enter yet, or None.

        Raises:
            PermissionDenied: there is no way in for this login.
        """
        raise NotImplementedError

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether the door is open; never raises."""
        try:
            return self.turned_away(request) is None
        except PermissionDenied:
            return False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Put a page behind the door."""
        guarded = super().admin_view(self.at_home(view), cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # Any: of the address
            return self.turned_away(request) or guarded(request, *args, **kwargs)

        return cast("View", update_wrapper(inner, view))

    def at_home(self, view: View) -> View:
        """Return the page as it runs behind the door."""
        return view

    def more_urls(self) -> list[URLPattern]:
        """Return the site's own pages; each is put behind the door."""
        return []

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Return the pages: our own first, then the stock ones without those that are not served."""
        own: list[URLResolver | URLPattern] = []
        for entry in self.more_urls():
            entry.callback = self.admin_view(entry.callback)
            own.append(entry)
        return own + [entry for entry in super().get_urls() if getattr(entry, "name", None) not in UNUSED_PAGES]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:  # Any: template data
        """Return what every page shows; no log of other people's acts."""
        context = super().each_context(request)
        del context["log_entries"]
        return context

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:  # Any: as above
        """Answer with one of our own pages inside the site."""
        request.current_app = self.name
        return TemplateResponse(request, template, {**self.each_context(request), "is_popup": False, **context})


class OfficeSite(GuardedSite):
    """The office of the merchant whose role is in force."""

    site_title = _("Stammkarte")
    site_header = _("Stammkarte")
    index_title = _("Overview")
    empty_value_display = "–"

    def turned_away(self, request: HttpRequest) -> HttpResponse | None:
        """Lead to the login, the choice of a merchant, or the second factor; strangers to the office are refused."""
        if request.user.is_anonymous:
            return ask_to_log_in(request)
        if staff_access(request) is None:
            if not office_roles(request.user):
                raise PermissionDenied
            return HttpResponseRedirect(reverse("office:choose"))
        match factor_of(request):
            case Factor.MISSING:
                return HttpResponseRedirect(reverse("office:second_factor"))
            case Factor.NOT_SHOWN:
                return ask_for_factor(request)
            case Factor.SHOWN:
                return None

    def at_home(self, view: View) -> View:
        """Run the page, and draw it, by the merchant's clock."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # Any: of the address
            with timezone.override(ZoneInfo(access_of(request).merchant.timezone)):
                response = view(request, *args, **kwargs)
                # Drawn here and not later, or its times would be those of the installation.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return cast("View", update_wrapper(inner, view))

    def more_urls(self) -> list[URLPattern]:
        """Return the pages that are not lists and forms of the stock admin."""
        # Late: the pages import this site.
        from loyalty_site.owner.routes import routes

        return routes()

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Add the two pages before the door: they help those who may not enter yet, and check for themselves."""
        # Late: they import this site.
        from loyalty_site.owner.views import entrance

        return [
            path("second-factor/", entrance.second_factor, name="second_factor"),
            path("choose/", entrance.choose, name="choose"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # Any: Django's own dicts
        """Return the navigation, grouped by job."""
        from loyalty_site.owner.navigation import navigation  # late: it names this site's pages

        return navigation(self, request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the overview of today."""
        from loyalty_site.owner.views.overview import overview  # late: it imports this site

        return overview(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:  # Any: template data
        """Return what every page shows: the merchant and the person."""
        return {**super().each_context(request), "access": staff_access(request)}


def access_of(request: HttpRequest) -> StaffAccess:
    """Return the role in force behind the door.

    Raises:
        PermissionDenied: called before the door.
    """
    access = staff_access(request)
    if access is None:
        raise PermissionDenied
    return access


office = OfficeSite(name="office")
