"""Addresses that belong to no face: health and metrics for machines, the outbox page of the development site."""

from django.urls import path, re_path

from loyalty_site.web import health, metrics, outbox_page
from loyalty_site.web.outbox_page import FILE_NAME

app_name = "web"
urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("dev/outbox/", outbox_page.outbox, name="outbox"),
    path("dev/outbox/delete/", outbox_page.outbox_delete, name="outbox_delete"),
    re_path(rf"^dev/outbox/(?P<name>{FILE_NAME.pattern})/$", outbox_page.outbox_message, name="outbox_message"),
]
