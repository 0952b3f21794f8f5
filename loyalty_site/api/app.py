"""The API itself: its calls, its parser, its contract at ``openapi.json`` and its documentation at ``docs``.

The contract names every answer of every call, problems included, because clients are generated from it. It is the same
for everybody and shows nothing of any merchant, so it is made once in a process and open to all.
"""

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.parser import Parser
from ninja.types import DictStrAny
from pydantic import TypeAdapter

from loyalty_site.api import cards, earns, problems, rates, redemptions, returns
from loyalty_site.api.auth import TillKey
from loyalty_site.api.door import in_english
from loyalty_site.api.handlers import add_handlers

VERSION = "1.0.0"
DESCRIPTION = f"""
Books stamps and points for a cash register or a web shop. Each till has its own key, which names its store and
its merchant; nothing in a body or path reaches another merchant's data.

**Retries.** Every POST needs an `Idempotency-Key`: 1 to 64 printable characters, unique for a merchant, kept for ever.
The same key with the same body answers the first outcome again, with status 200 and the header
`Idempotent-Replayed: true`. The same key with another body is refused (422). After a lost connection, or 409, 429, 500
or 503, send the same request with the same key.

**Refusals are outcomes.** A booking that was refused is recorded and answered with 201, `"outcome": "refused"` and its
reasons. Reasons have a `code` for programs and a `text` in German or English, as `Accept-Language` asks.

**Errors** are `application/problem+json` (RFC 9457), `type` being `{problems.TYPE_PREFIX}` and one of:
{", ".join(f"`{kind.name}` ({kind.status})" for kind in problems.KINDS)}. Bodies are JSON in UTF-8: another
`Content-Type` is 415, JSON that can't be read 422. An unknown field is an error. What `errors` say about a field that
does not fit is English.

**Limits.** {rates.CALLS.maximum} calls a minute for each till, {rates.LOOKUPS.maximum} of them looking cards up; then
429 with `Retry-After`.
"""
#: What each method of a call can answer besides its own outcomes.
_OF_ALL = (401, 404, 405, 409, 413, 415, 422, 429, 500, 503)


class StrictJson(Parser):
    """Reads what RFC 8259 calls JSON: UTF-8, and no NaN or Infinity."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the parsed body.

        Raises:
            ValueError, RecursionError: it can't be read; ninja answers with HttpError, we with a problem.
        """
        found: DictStrAny = json.loads(request.body.decode("utf-8"), parse_constant=_no_number)
        return found


class TillDocs(Swagger):
    """The documentation page: our frame around the scripts that ninja brings, nothing inline or from elsewhere."""

    template = "api/docs.html"


class TillApi(NinjaAPI):
    """Ninja's API with the problems in its contract."""

    _contract: OpenAPISchema | None = None

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        """Return the contract, made at the first call."""
        if self._contract is None:
            self._contract = _with_problems(
                super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            )
        return self._contract


def _with_problems(contract: OpenAPISchema) -> OpenAPISchema:
    """Add the problems of every call, the header of repetitions, and the schema of problems."""
    schema = TypeAdapter(problems.Problem).json_schema(ref_template=REF_TEMPLATE, mode="serialization")
    contract["components"]["schemas"] |= schema.pop("$defs") | {"Problem": schema}
    statuses = {status: [kind for kind in problems.KINDS if kind.status == status] for status in _OF_ALL}
    for call in (call for calls in contract["paths"].values() for call in calls.values()):
        call["responses"] |= {str(status): _problem_response(kinds) for status, kinds in statuses.items()}
        repeated = call["responses"].get(200) if 201 in call["responses"] else None
        if repeated is not None:
            repeated["description"] = "The same request again: its first outcome"
            repeated["headers"] = {"Idempotent-Replayed": {"schema": {"type": "string", "const": "true"}}}
    return contract


def _problem_response(kinds: list[problems.Kind]) -> dict[str, Any]:  # Any: nested JSON
    response: dict[str, Any] = {  # Any: nested JSON
        "description": " or ".join(kind.name for kind in kinds),
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if kinds[0].status in {409, 429, 503}:
        response["headers"] = {"Retry-After": {"schema": {"type": "string", "pattern": "^[0-9]+$"}}}
    return response


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _make_api() -> TillApi:
    made = TillApi(
        title="Stammkarte: till and partner API",
        version=VERSION,
        description=DESCRIPTION,
        urls_namespace="api",
        auth=TillKey(),
        parser=StrictJson(),
        # The validator of Swagger's makers would be asked from every visitor's browser.
        docs=TillDocs(settings={"validatorUrl": None}),
        docs_decorator=in_english,
    )
    for prefix, module in (("earns", earns), ("redemptions", redemptions), ("returns", returns), ("cards", cards)):
        made.add_router(prefix, module.router)
    add_handlers(made)
    return made


api = _make_api()
