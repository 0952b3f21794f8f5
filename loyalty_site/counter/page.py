"""Renders counter pages: what every template finds in its context, and the signal that goes with an answer.

Promises: each rendered page carries a new request id for the next thing done on it. A signal (ok, attention, stop)
stands in the page and, for htmx, in the header, so that the tone comes with the colour.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import replace_url, trigger_client_event

from members.models import Staff, Till

if TYPE_CHECKING:
    from loyalty_site.counter.session import Desk

Signal = Literal["", "ok", "attention", "stop"]
SCANNER_COOKIE = "counter_scanner"
_DECODER = "vendor/iife/ponyfill.js"
_DECODER_WASM = "vendor/reader/zxing_reader.wasm"


@dataclass(frozen=True, slots=True)
class TillView:
    """The till as pages show it. `volume` in percent; `scanner_known`: a scanner was checked on this device."""

    name: str
    volume: int
    scanner_known: bool


@dataclass(frozen=True, slots=True)
class CameraView:
    """Addresses of the camera's decoder; both empty where it isn't installed."""

    polyfill_url: str = ""
    wasm_url: str = ""


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    till: Till | None = None,
    staff: Staff | None = None,
    status: int = 200,
    signal: Signal = "",
) -> HttpResponse:
    """Render a counter page with everything its frame needs."""
    frame: dict[str, object] = {
        "request_id": uuid.uuid4(),
        "camera": camera(),
        "idle_seconds": settings.COUNTER_IDLE_SECONDS,
        "staff": staff,
    }
    if till is not None:
        known = request.COOKIES.get(SCANNER_COOKIE) == "1"
        frame |= {
            "merchant": till.merchant,
            "store": till.store,
            "till": TillView(till.name, till.volume, known),
        }
    response = render(request, template, frame | dict(context), status=status)
    if is_htmx(request):
        if signal:
            trigger_client_event(response, "signal", {"kind": signal})
        if request.method == "GET":
            # What the browser was sent to after a form is what a reload shall show.
            replace_url(response, request.get_full_path())
    return response


def desk_page(
    request: HttpRequest,
    desk: "Desk",
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    signal: Signal = "",
) -> HttpResponse:
    """Render a page for somebody on shift."""
    return page(request, template, context, till=desk.till, staff=desk.staff, status=status, signal=signal)


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether a script asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


@lru_cache(maxsize=1)
def camera() -> CameraView:
    """Return where the camera's decoder is served from, looked up once per process."""
    if not (_is_served(_DECODER) and _is_served(_DECODER_WASM)):
        return CameraView()
    return CameraView(staticfiles_storage.url(_DECODER), staticfiles_storage.url(_DECODER_WASM))


def _is_served(path: str) -> bool:
    """Tell whether a static file is there: among the sources, or where they were collected to."""
    if settings.DEBUG:
        return finders.find(path) is not None
    return staticfiles_storage.exists(path)
