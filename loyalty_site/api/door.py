"""What every request of the API passes: language, size, media type; and JSON for what never reaches a call.

Django and ninja answer unknown addresses and methods with HTML; here those are problems as well. No answer is kept
by a cache, and the language is that of ``Accept-Language`` alone (a till has no cookies): German or English.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from loyalty_site.api import problems
from loyalty_site.api.problems import FieldError, ProblemFound, problem

#: Room for the longest sale that the schemas allow, written in escapes.
LARGEST_BODY_BYTES = 512 * 1024
View = Callable[..., HttpResponseBase]  # a view takes what its address names


def through_the_door(view: View) -> View:
    """Return the view behind the door, without the check of forms: no cookie opens anything here."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        language = language_of(request)
        with translation.override(language):
            response = _stopped(request) or _answer(view, request, *args, **kwargs)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        patch_cache_control(response, no_store=True)
        return response

    return answer


def in_english(view: View) -> View:
    """Return a view that says its answer is English, whatever was asked for: the contract and its page."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = "en"
        return response

    return answer


def no_such_address(request: HttpRequest) -> HttpResponse:
    """Answer any address that is none of the API's."""
    return problem(problems.NOT_FOUND)


def refuse_body(request: HttpRequest) -> None:
    """Refuse content where a call takes none; an empty object, which some clients always send, is none.

    Raises:
        ProblemFound: there is a body.
    """
    if request.body.strip() not in {b"", b"{}"}:
        error = FieldError(field="", location="body", code="no_body", detail="This call takes no body")
        raise ProblemFound(problems.NOT_UNDERSTOOD, errors=[error])


def language_of(request: HttpRequest) -> str:
    """Return the first language of Accept-Language that the house speaks, else the house's own."""
    spoken = {code for code, _ in settings.LANGUAGES}
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()[:500]):
        base = wanted.partition("-")[0]
        if base in spoken:
            return base
    return settings.LANGUAGE_CODE


def _stopped(request: HttpRequest) -> HttpResponse | None:
    """Return a problem for a body that nobody should read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    if size > LARGEST_BODY_BYTES:
        return problem(problems.TOO_LARGE)
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    is_json = request.content_type == "application/json" and charset.lower() in {"utf-8", "utf8"}
    return problem(problems.NOT_JSON) if size and not is_json else None


def _answer(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        return problem(problems.NOT_FOUND)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return problem(problems.NOT_ALLOWED, headers={"Allow": response.headers.get("Allow", "")})
    return response
