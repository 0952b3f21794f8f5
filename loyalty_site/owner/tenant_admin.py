"""The stock admin, kept to one merchant: what every list and form of the office has in common.

Promises: reads go through `for_merchant`; foreign objects are 404; choices of foreign keys are the merchant's own or
none; no lookups in the address but those of the filters shown; nothing is deleted, no bulk actions; each save leaves
an audit entry with old and new values, in the same transaction. An object's history is its audit entries, never the
stock admin's log, which knows no merchants.

Who may do what is `loyalty_site.web.access`; how a thing is saved is its domain's business (`save_object`).
"""

from __future__ import annotations  # the stubs' types can't be subscripted when the code runs

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeGuard

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.text import capfirst

from loyalty_site.owner.navigation import GROUPS
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_form import FIELD_OVERRIDES, TenantForm, TenantFormSet
from loyalty_site.web.access import Right, ask_for_factor, has_fresh_factor, staff_access
from members import audit
from members.tenancy import TenantModel

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _BaseModelAdmin = admin.options.BaseModelAdmin[Any]  # Any: one base for the admins of many models
    _ModelAdmin = admin.ModelAdmin[Any]
    _StackedInline = admin.StackedInline[Any, Any]
else:
    _BaseModelAdmin = object
    _ModelAdmin = admin.ModelAdmin
    _StackedInline = admin.StackedInline

_PAGES = ("_changelist", "_add", "_history", "_change")
_LOOKUPS = frozenset({"exact", "gte", "lt", "isnull", "year", "month", "day"})
HISTORY_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Tool:
    """A button above a form: a page of its own, never an act by itself. `kind` is a button's look."""

    label: StrOrPromise
    url: str
    kind: str = ""


class OwnObjects(_BaseModelAdmin):
    """What admins and inlines share: own rows, own choices, rights by role."""

    model: type[models.Model]
    #: The right that adding and changing need; None makes a model read-only for everybody.
    change_right: ClassVar[Right | None] = Right.WORK
    view_on_site: Callable[[Any], str | None] | bool = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:  # Any: rows of the model
        """Return the merchant's rows in the list's order."""
        rows = self.model._default_manager.filter(merchant=access_of(request).merchant)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:  # Any: Django's own signature
        """Leave out the buttons that add and change related objects in windows of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:  # Any: Django's own signature
        """Offer the merchant's own objects; of models without a merchant (logins), none."""
        kwargs["queryset"] = _own_choices(db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelMultipleChoiceField[Any] | None:  # Any: Django's own signature
        """Offer the merchant's own objects, as for foreign keys."""
        kwargs["queryset"] = _own_choices(db_field, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: a row or nothing
        """Every office role reads."""
        access = staff_access(request)
        return access is not None and access.may(Right.READ)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: as above
        """Adding needs the model's right."""
        return self.has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: as above
        """Changing needs the model's right."""
        access = staff_access(request)
        return access is not None and self.change_right is not None and access.may(self.change_right)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: as above
        """Nothing is deleted: bookings and the log name it for years."""
        return False


class TenantInline(OwnObjects, _StackedInline):
    """Related rows inside a form, each with labels (the stock table has none)."""

    extra = 0
    formset = TenantFormSet
    template = "owner/inline.html"


class TenantAdmin(OwnObjects, _ModelAdmin):
    """A list and a form of one tenant model."""

    form = TenantForm
    actions = None
    list_per_page = 50
    # Counts beside the filters would cost one query for each choice.
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = FIELD_OVERRIDES
    #: What stands above the list.
    explanation: ClassVar[StrOrPromise] = ""
    #: Whether adding and changing ask for a fresh second factor.
    needs_fresh_factor: ClassVar[bool] = False

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a row of the model
        """Return the buttons above the form."""
        return []

    def object_title(self, obj: Any) -> str:  # Any: as above
        """Return what stands over the object's form."""
        return str(obj)

    def save_object(self, obj: Any, form: Any, at: datetime) -> None:  # Any: a row and a form of the model
        """Save through the domain; the default is for models without rules."""
        obj.save()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # Any: as above
        """Save and write down who changed what."""
        access, at = access_of(request), timezone.now()
        before = stored_values(obj) if change else {}
        self.save_object(obj, form, at)
        after = shown_values(obj)
        changed = [name for name, value in after.items() if not change or before.get(name) != value]
        if changed or not change:
            audit.record(
                merchant=access.merchant,
                at=at,
                action=f"{obj._meta.model_name}.{'changed' if change else 'added'}",
                target=obj,
                actor=access.actor,
                old={name: before[name] for name in changed if name in before},
                new={name: after[name] for name in changed},
            )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        """Return the form class with the access in force."""
        form: type[Any] = super().get_form(request, obj, change=change, **kwargs)
        form.access = access_of(request)  # The class was made for this request alone.
        return form

    def get_urls(self) -> list[URLPattern]:
        """Return list, add, change and history; there is no page that deletes."""
        return [entry for entry in super().get_urls() if str(entry.name or "").endswith(_PAGES)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the filters shown need, and nothing that reaches beyond the row."""
        if lookup in {entry.parameter_name for entry in self.list_filter if _has_parameter(entry)}:
            return True  # The filter takes it for itself.
        field, *rest = lookup.split("__")
        filters = {entry for entry in self.list_filter if isinstance(entry, str)}
        return field in filters | {self.date_hierarchy} and len(rest) <= 1 and _LOOKUPS.issuperset(rest)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list under the name that the navigation gives it."""
        context = {"title": list_name(self.model), "explanation": self.explanation, **(extra_context or {})}
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show or save the form; one button saves."""
        if self.needs_fresh_factor and self.has_change_permission(request) and not has_fresh_factor(request):
            return ask_for_factor(request)
        context: dict[str, Any] = {
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            "list_name": list_name(self.model),
        }
        if object_id is not None:
            obj = self.get_object(request, object_id)
            if obj is None:
                raise Http404
            context |= {"title": self.object_title(obj), "subtitle": None, "tools": self.tools(request, obj)}
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the audit entries about one object."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        entries = audit.history_of(obj, merchant=access_of(request).merchant).select_related("staff")
        pages = Paginator(entries.order_by("-id"), HISTORY_PER_PAGE)
        context = {
            "title": self.object_title(obj),
            "opts": self.opts,
            "original": obj,
            "list_name": list_name(self.model),
            "entries": pages.get_page(request.GET.get("p")),
        }
        return office.page(request, "owner/history.html", context)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write nothing into the stock log: the audit entry is written by `save_model`."""

    def log_change(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Write nothing, as above."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """Answer 404 instead of the stock redirect, which repeats the id in a message."""
        raise Http404


class ReadOnlyAdmin(TenantAdmin):
    """A list and pages to look at, for everybody; changed elsewhere or by nobody."""

    change_right = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:  # Any: names and columns
        """Return everything that is shown."""
        return [*self.readonly_fields, *(name for name in self._shown() if name not in self.readonly_fields)]

    def _shown(self) -> Iterable[Any]:  # Any: names and columns
        """Return what the page shows, in fieldsets too."""
        sets = self.fieldsets or [(None, {"fields": self.fields or ()})]
        for _title, options in sets:
            yield from options["fields"]


def list_name(model: type[models.Model]) -> str:
    """Return what the navigation calls the model's list."""
    for group in GROUPS:
        if model in group.lists:
            return str(group.lists[model])
    return str(capfirst(model._meta.verbose_name_plural or ""))


def shown_values(obj: models.Model) -> dict[str, object]:
    """Return the values of the fields that people may change, foreign keys by id."""
    return {field.name: getattr(obj, field.attname) for field in _kept_fields(obj)}


def stored_values(obj: models.Model) -> Mapping[str, object]:
    """Return the same values as they stand in the database now."""
    rows = type(obj)._default_manager.filter(merchant=obj.merchant_id, pk=obj.pk)  # type: ignore[attr-defined]
    stored = rows.values_list(*(field.attname for field in _kept_fields(obj))).get()
    return dict(zip((field.name for field in _kept_fields(obj)), stored, strict=True))


def _kept_fields(obj: models.Model) -> list[models.Field[Any, Any]]:
    """Return the columns that a form may change; the merchant is none of them."""
    return [field for field in obj._meta.concrete_fields if field.editable and field.name not in {"id", "merchant"}]


def _own_choices(
    field: models.ForeignKey[Any, Any] | models.ManyToManyField[Any, Any], request: HttpRequest
) -> models.QuerySet[Any]:
    """Return the merchant's objects that a field may point to."""
    related: Any = field.remote_field.model  # Any: a model class, or its name before models are loaded
    if isinstance(related, type) and issubclass(related, TenantModel):
        return related.objects.for_merchant(access_of(request).merchant)
    nothing: models.QuerySet[Any] = related._default_manager.none()
    return nothing


def _has_parameter(entry: object) -> TypeGuard[type[admin.SimpleListFilter]]:
    """Tell a filter with a parameter of its own from one on a field."""
    return isinstance(entry, type) and issubclass(entry, admin.SimpleListFilter)
