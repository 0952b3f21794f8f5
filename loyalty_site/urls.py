"""Mounts the faces: each under its own path, none knows another."""

from django.urls import URLPattern, URLResolver, include, path

from loyalty_site.web.front_door import front_door

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front_door, name="front_door"),
    path("", include("loyalty_site.web.urls")),
    path("accounts/", include("loyalty_site.web.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("counter/", include("loyalty_site.counter.urls")),
    path("api/v1/", include("loyalty_site.api.urls")),
    path("", include("loyalty_site.portal.urls")),
    path("", include("loyalty_site.owner.urls")),
]
