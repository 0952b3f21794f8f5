"""Every error that the API answers with, as problem details (RFC 9457) in the reader's language.

``type`` is a stable name for programs, ``title`` and ``detail`` are for people. No problem repeats what was sent (it
may be a code that spends) and none shows the program's inside: the log has that, with the request id of the header
``X-Request-ID``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:problem-type:stammkarte:"
#: A body of nonsense could have thousands of faults; nobody reads more than these.
MOST_ERRORS = 50


class FieldError(BaseModel):
    """One thing to change. ``field``: its path in the body (``items.0.quantity``), or the name of the header."""

    field: str
    location: str = Field(description="Where the field is: body, path, query or header.")
    code: str = Field(description="A stable name of the fault, for programs.")
    detail: str


class Problem(BaseModel):
    """Problem details as in RFC 9457; ``errors`` names fields where there are any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{TYPE_PREFIX}not-understood",
                    "title": "The request was not understood",
                    "status": 422,
                    "detail": "Please correct the fields named in errors and send the request again.",
                    "errors": [
                        {
                            "field": "amount_cents",
                            "location": "body",
                            "code": "greater_than_equal",
                            "detail": "Input should be greater than or equal to 0",
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description=f"One of the names listed in the description of this API, after {TYPE_PREFIX}")
    title: str
    status: int
    detail: str
    errors: list[FieldError]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: the end of its ``type``, its status, its title and what to do about it."""

    name: str
    status: int
    title: "StrPromise"
    detail: "StrPromise"


NO_KEY = Kind(
    "unauthorized",
    401,
    _("No valid till key"),
    _("Please send the key of this till as “Authorization: Bearer …”. The office can make a new one."),
)
NOT_FOUND = Kind("not-found", 404, _("Unknown here"), _("This merchant has nothing under this address."))
UNKNOWN = Kind("unknown", 404, _("Unknown here"), _("This merchant does not have what the request names."))
NOT_ALLOWED = Kind(
    "method-not-allowed", 405, _("Not possible here"), _("This address takes other methods: see the header Allow.")
)
IN_PROGRESS = Kind(
    "in-progress",
    409,
    _("In progress elsewhere"),
    _("Another booking holds the same card. Please send the same request again, with the same Idempotency-Key."),
)
TOO_LARGE = Kind("too-large", 413, _("Too large"), _("The body is larger than any sale."))
NOT_JSON = Kind(
    "unsupported-media-type",
    415,
    _("Not JSON"),
    _("Please send JSON in UTF-8, with the header “Content-Type: application/json”."),
)
MALFORMED = Kind("malformed-json", 422, _("Not readable as JSON"), _("The body is not valid JSON in UTF-8."))
NOT_UNDERSTOOD = Kind(
    "not-understood",
    422,
    _("The request was not understood"),
    _("Please correct the fields named in errors and send the request again."),
)
KEY_REUSED = Kind(
    "idempotency-key-reused",
    422,
    _("This Idempotency-Key stands for another request"),
    _("Please make a new key for each new request, and keep it for its repetitions only."),
)
TOO_MANY = Kind(
    "too-many-requests", 429, _("Too many requests"), _("Please wait as long as the header Retry-After says.")
)
FAILED = Kind(
    "failed",
    500,
    _("Something went wrong on our side"),
    _("Please send the same request again, with the same Idempotency-Key: nothing is booked twice."),
)
UNAVAILABLE = Kind("unavailable", 503, _("Not available right now"), FAILED.detail)
KINDS = (
    NO_KEY,
    NOT_FOUND,
    UNKNOWN,
    NOT_ALLOWED,
    IN_PROGRESS,
    TOO_LARGE,
    NOT_JSON,
    MALFORMED,
    NOT_UNDERSTOOD,
    KEY_REUSED,
    TOO_MANY,
    FAILED,
    UNAVAILABLE,
)


class ProblemFound(Exception):
    """Raised anywhere in this face to answer with a problem; ``headers`` go with it."""

    def __init__(
        self, kind: Kind, *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.errors = errors
        self.headers = headers or {}


def problem(kind: Kind, *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the answer for a kind of problem, in the active language."""
    content = Problem(
        type=f"{TYPE_PREFIX}{kind.name}",
        title=str(kind.title),
        status=kind.status,
        detail=str(kind.detail),
        errors=list(errors[:MOST_ERRORS]),
    )
    # ASCII, so that half a surrogate in a field's name can't break the answer that names it.
    body = content.model_dump_json(ensure_ascii=True)
    return HttpResponse(body, status=kind.status, content_type=MEDIA_TYPE, headers=dict(headers or {}))
