"""The request id: taken when well-formed, made otherwise, shared by answer and log lines, forgotten afterwards."""

import logging
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from loyalty_site.middleware import RequestIdMiddleware
from loyalty_site.web.logs import RequestFilter, current_request_id


def answer(request: HttpRequest) -> HttpResponse:
    """Answer with the id that a log line written now would carry."""
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "x", (), None)
    RequestFilter().filter(record)
    return HttpResponse(record.__dict__["request_id"])


def test_request_with_a_well_formed_id_keeps_it(rf: RequestFactory) -> None:
    response = RequestIdMiddleware(answer)(rf.get("/", headers={"X-Request-ID": "a1b2c3d4-0001"}))
    assert (response["X-Request-ID"], response.content) == ("a1b2c3d4-0001", b"a1b2c3d4-0001")


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "anna@example.org", "a b c d e f g", "<script>alert(1)"])
def test_request_with_no_or_an_odd_id_gets_a_new_one(rf: RequestFactory, given: str) -> None:
    headers = {"X-Request-ID": given} if given else {}
    first = RequestIdMiddleware(answer)(rf.get("/", headers=headers))
    second = RequestIdMiddleware(answer)(rf.get("/", headers=headers))
    assert re.fullmatch("[0-9a-f]{32}", first["X-Request-ID"])
    assert first.content.decode() == first["X-Request-ID"] != second["X-Request-ID"]


def test_request_that_fails_leaves_no_id_to_the_next_one(rf: RequestFactory) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        assert current_request_id()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RequestIdMiddleware(fail)(rf.get("/"))
    assert current_request_id() == ""
