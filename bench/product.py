"""Settings of the product as it is measured: its own, but for static files, which are hashed and not compressed.

Compressing takes a minute and changes no answer that is measured; hashed they must be, for pages name them.
"""

from loyalty_site.settings import *  # noqa: F403  # a settings module is the whole of another, with a change
from loyalty_site.settings import STORAGES as _STORAGES

STORAGES = _STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
