"""The operator's desk: shops and logins of the installation, for superusers with a second factor only.

Promises: sees no members, cards or bookings of any shop. Another site than the office, behind the same kind of door:
an owner never gets in here, and being a superuser opens no office.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.site import GuardedSite
from loyalty_site.web.access import Factor, ask_for_factor, ask_to_log_in, factor_of
from members import audit
from members.audit import Actor
from members.models import Merchant, User

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]  # Any: one base for two models
else:
    _ModelAdmin = admin.ModelAdmin

_PAGES = ("_changelist", "_add", "_change")


class OperatorSite(GuardedSite):
    """The site of the installation's superusers."""

    site_title = _("Stammkarte operator")
    site_header = _("Stammkarte operator")
    index_title = _("Shops and logins")
    index_template = "owner/operator_index.html"

    def turned_away(self, request: HttpRequest) -> HttpResponse | None:
        """Lead to the login or the second factor; everybody but superusers is refused."""
        if request.user.is_anonymous:
            return ask_to_log_in(request)
        if not (request.user.is_active and request.user.is_superuser):
            raise PermissionDenied
        match factor_of(request):
            case Factor.MISSING:
                return HttpResponseRedirect(reverse("office:second_factor"))
            case Factor.NOT_SHOWN:
                return ask_for_factor(request)
            case Factor.SHOWN:
                return None

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # Any: Django's dicts
        """Return the lists under one heading, the one shown marked."""
        groups = super().get_app_list(request, app_label)
        for group in groups:
            group["name"] = _("Installation")
            for entry in group["models"]:
                entry["current"] = request.path.startswith(entry["admin_url"] or "\0")
        return groups

    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> dict[str, Any]:  # Any: as above
        """Return one group: the stock one would link an index of each app, which is not served."""
        entries = []
        for model, model_admin in self._registry.items():
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", current_app=self.name)
            perms = model_admin.get_model_perms(request)
            entries.append(
                {
                    "model": model,
                    "name": capfirst(model._meta.verbose_name_plural or ""),
                    "object_name": model._meta.object_name,
                    "perms": perms,
                    "admin_url": url,
                    "add_url": None,
                    "view_only": not perms.get("change"),
                }
            )
        return {"operator": {"name": "", "app_label": "operator", "app_url": "", "models": entries}}


operator = OperatorSite(name="operator")


class OperatorAdmin(_ModelAdmin):
    """A list and a form without deleting, bulk actions and the stock log."""

    actions = None
    view_on_site = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: a row or nothing
        """Nothing is deleted here."""
        return False

    def get_urls(self) -> Any:  # Any: Django's own list
        """Return list, add and change."""
        return [entry for entry in super().get_urls() if str(entry.name or "").endswith(_PAGES)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the filters shown, and nothing that reaches beyond the row."""
        return lookup.removesuffix("__exact") in {entry for entry in self.list_filter if isinstance(entry, str)}

    def log_addition(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write nothing into the stock log, which repeats values."""

    def log_change(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write nothing, as above."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Answer 404 instead of the stock redirect, which repeats the id."""
        raise Http404


@admin.register(Merchant, site=operator)
class MerchantAdmin(OperatorAdmin):
    """Shops of the installation."""

    list_display = ("name", "slug", "timezone", "is_active", "created_at")
    list_filter = ("is_active",)
    ordering = ("name",)
    fields = ("name", "slug", "language", "timezone", "currency", "stamp", "brand_color", "is_active")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # Any: a shop, its form
        """Save, and write down who changed what in the shop's own log."""
        super().save_model(request, obj, form, change)
        audit.record(
            merchant=obj,
            at=timezone.now(),
            action="merchant.changed" if change else "merchant.added",
            target=obj,
            actor=Actor(label="operator", user=request.user),  # type: ignore[arg-type]  # nobody is anonymous here
            old={name: form.initial.get(name) for name in form.changed_data} if change else {},
            new={name: form.cleaned_data[name] for name in form.changed_data},
        )


@admin.register(User, site=operator)
class UserAdmin(OperatorAdmin):
    """Logins; made by owners and by members, switched off here."""

    list_display = ("email", "is_active", "is_superuser", "last_login", "date_joined")
    list_filter = ("is_active", "is_superuser")
    ordering = ("email",)
    fields = ("email", "is_active", "is_superuser", "last_login", "date_joined")
    readonly_fields = ("email", "is_superuser", "last_login", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Operators are made by `manage.py createsuperuser`, all others at their doors."""
        return False
