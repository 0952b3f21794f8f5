"""Who calls: the till whose key stands in the Authorization header; and the key that makes a POST repeatable.

The till brings its store and its merchant, and nothing in a body or path ever names another merchant. Keys are never
logged: ninja's own bearer class does so with DEBUG, so this is not built on it.
"""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header
from ninja.security.http import HttpAuthBase
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from loyalty_site.api import rates
from loyalty_site.web.logs import set_context
from members.domain.tills import note_seen, till_for_api_key
from members.models import Till

#: The house makes such request ids itself (``rewards.domain.expiry``); a client must not be able to take them first.
RESERVED_PREFIXES = ("expire:",)


class TillRequest(HttpRequest):
    """A request that passed ``TillKey``."""

    auth: Till


class TillKey(HttpAuthBase):
    """Finds the till of a bearer key in one query, counts its call, and remembers that it showed up."""

    openapi_scheme = "bearer"
    openapi_description = "The key of one till, made in the office and shown once: `Authorization: Bearer stk_…`"

    def __call__(self, request: HttpRequest) -> Till | None:
        """Return the till, or None for anything but a valid key.

        Raises:
            ProblemFound: the till called too often.
        """
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        till = till_for_api_key(key.strip()) if scheme.lower() == "bearer" else None
        if till is None:
            return None
        at = timezone.now()
        set_context(merchant=till.merchant.slug)
        rates.spend(rate=rates.CALLS, till=till, at=at)
        note_seen(till=till, at=at)
        return till


def _free(key: str) -> str:
    if key.startswith(RESERVED_PREFIXES):
        raise PydanticCustomError("reserved", "Keys that begin in this way are the house's own")
    return key


#: 1 to 64 printable ASCII characters, not a space at either end (servers strip those from headers).
IdempotencyKey = Annotated[
    str,
    AfterValidator(_free),
    # Last: ninja looks only there for where a parameter comes from.
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=64,
        pattern=r"^[!-~]([ -~]*[!-~])?$",
        description="Made by the client, new for each request, kept for its repetitions: 1 to 64 printable characters.",
        example="0b9c5a3e-6f0e-4c1b-9d3b-2f6f0d3c8a11",
    ),
]
