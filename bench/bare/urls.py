"""Addresses of the bare application."""

from django.urls import path

from bench.bare import views

urlpatterns = [
    path("ping", views.ping),
    path("cte", views.cte),
    path("real", views.real),
    path("form", views.form),
]
