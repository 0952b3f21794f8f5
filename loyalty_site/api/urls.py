"""Addresses of the API, mounted at ``/api/v1/``: every one of them behind the door, unknown ones too."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from loyalty_site.api.app import api
from loyalty_site.api.door import no_such_address, through_the_door


def _behind_the_door(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Put each of ninja's views behind the door; it answers methods and addresses it lacks with HTML."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = through_the_door(pattern.callback)
    return patterns


_patterns, _app_name, _namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_behind_the_door(_patterns), _app_name), namespace=_namespace)),
    re_path(r"", through_the_door(no_such_address), name="api_no_such_address"),
]
