"""Search for people and cards without putting names, addresses or numbers into an address line.

The stock search sends what is sought as `?q=…`: into the browser's history, the proxy's log and links that are
passed on. Here it is posted, kept in the session until it is cleared or the session ends, and never part of an
address. Each search leaves an audit entry that says how many were found, not what was sought.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone

from loyalty_site.owner.site import access_of
from members import audit

if TYPE_CHECKING:
    from loyalty_site.owner.tenant_admin import TenantAdmin as _Base
else:
    _Base = object

MOST_CHARACTERS = 120


class SearchByPost(_Base):
    """A list with such a search; the admin says what a text may mean."""

    change_list_template = "owner/search_list.html"

    def found_ids(self, request: HttpRequest, text: str) -> list[int]:
        """Return the primary keys of the merchant's rows that a text may mean."""
        raise NotImplementedError

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Take a search, or show the list as searched."""
        if request.method == "POST":
            self._take(request, request.POST.get("sought", ""))
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, {"sought": self._sought(request), **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:  # Any: rows of the model
        """Narrow the list to what the session's search may mean; a term in the address is ignored."""
        sought = self._sought(request)
        return (queryset.filter(pk__in=self.found_ids(request, sought)) if sought else queryset), False

    def _take(self, request: HttpRequest, text: str) -> None:
        """Keep a search, or forget it when the text is empty."""
        sought = " ".join(text.split())[:MOST_CHARACTERS]
        if not sought:
            request.session.pop(self._key(request), None)
            return
        request.session[self._key(request)] = sought
        access = access_of(request)
        audit.record(
            merchant=access.merchant,
            at=timezone.now(),
            action=f"{self.opts.model_name}.searched",
            target=access.merchant,
            actor=access.actor,
            new={"found": len(self.found_ids(request, sought))},
        )

    def _sought(self, request: HttpRequest) -> str:
        """Return what this person searches for at this merchant."""
        return str(request.session.get(self._key(request), ""))

    def _key(self, request: HttpRequest) -> str:
        """Return where the session keeps it: by merchant, so that one shop's names never meet the other's list."""
        return f"office_search:{self.opts.model_name}:{access_of(request).merchant.pk}"
