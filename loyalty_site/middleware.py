"""Gives each request an id that its log lines, its answer and its error page share."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from loyalty_site.web.logs import clear_context, set_context

_ACCEPTED_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class RequestIdMiddleware:
    """Take ``X-Request-ID`` when it is well-formed, else make one; keep it in the logging context."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the id in the log context and in the response header."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTED_ID.match(given) else uuid.uuid4().hex
        set_context(request_id=request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            return response
        finally:
            clear_context()
