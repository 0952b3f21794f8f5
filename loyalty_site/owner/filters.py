"""Filters of the lists: by one of the merchant's own objects. The stock filter would list those of all merchants."""

from __future__ import annotations  # the stubs' types can't be subscripted when the code runs

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.site import access_of
from members.models import Staff, Store, Till
from members.tenancy import TenantModel
from rewards.models import Program

MOST_CHOICES = 200


class OwnObjectFilter(SimpleListFilter):
    """Rows that point to one of the merchant's objects; an id that is none of them finds nothing."""

    model: ClassVar[type[TenantModel]]
    #: The path from the row to the object.
    path: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:  # Any: any model
        """Return the merchant's objects by name, the first 200."""
        rows = self.model.objects.for_merchant(access_of(request).merchant)[:MOST_CHOICES]
        return [(str(row.pk), str(row)) for row in rows]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:  # Any: as above
        """Narrow the list."""
        wanted = self.value()
        if wanted is None:
            return queryset
        if wanted not in {str(key) for key, _name in self.lookup_choices}:
            return queryset.none()
        return queryset.filter(**{self.path: wanted})


class StoreFilter(OwnObjectFilter):
    """By store."""

    title = _("store")
    parameter_name = "store"
    model, path = Store, "store"


class TillFilter(OwnObjectFilter):
    """By till."""

    title = _("till")
    parameter_name = "till"
    model, path = Till, "till"


class StaffFilter(OwnObjectFilter):
    """By the person who acted."""

    title = _("person")
    parameter_name = "staff"
    model, path = Staff, "staff"


class ProgramFilter(OwnObjectFilter):
    """By program."""

    title = _("program")
    parameter_name = "program"
    model, path = Program, "program"
