"""Mounts the two sites: the office of the merchants' people, and the operator's desk. Two doors, never one."""

from django.urls import path

from loyalty_site.owner import admin as _registered  # noqa: F401  # registers the lists
from loyalty_site.owner.operator import operator
from loyalty_site.owner.site import office

urlpatterns = [
    path("admin/", office.urls),
    path("operator/", operator.urls),
]
