"""The paired device: which till a request comes from, and what every counter page has in common.

Promises: without a good device cookie nobody sees anything but the pairing page; the till is found in one query. Each
paired page runs in its merchant's time zone and log context, is stored by nobody (names stay on no tablet), keeps
what was posted out of error reports, and may compile the camera's decoder (`wasm-unsafe-eval`, on these pages only).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect

from loyalty_site.counter.forms import PairForm
from loyalty_site.counter.page import is_htmx, page
from loyalty_site.web.logs import set_context
from members.domain.tills import Paired, note_seen, till_for_device
from members.models import Till

COOKIE = "counter_device"
#: As long as browsers keep a cookie at all.
COOKIE_SECONDS = 400 * 24 * 3600
P = ParamSpec("P")


def counter_page(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Give a view's answer the headers that every counter page carries."""

    @wraps(view)
    def with_headers(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        add_never_cache_headers(response)
        return response

    # Any: csp's decorator is typed for views with a request alone.
    allow_decoder: Any = csp_update({"script-src": [WASM_UNSAFE_EVAL]})
    decorated: Callable[P, HttpResponse] = allow_decoder(sensitive_post_parameters()(with_headers))
    return decorated


def paired(view: Callable[Concatenate[HttpRequest, Till, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Call the view with the till of the device (store and merchant loaded), or show how to pair it."""

    @counter_page
    @wraps(view)
    def at_till(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        till = till_for_device(request.COOKIES.get(COOKIE, ""))
        if till is None:
            return ask_to_pair(request)
        set_context(merchant=till.merchant.slug)
        note_seen(till=till, at=timezone.now())
        with timezone.override(ZoneInfo(till.merchant.timezone)):
            return view(request, till, *args, **kwargs)

    return at_till


def ask_to_pair(request: HttpRequest) -> HttpResponse:
    """Answer a device that is no till: the pairing page, with 403 so that nothing takes it for the page asked for."""
    if is_htmx(request):
        return HttpResponseClientRedirect(reverse("counter:pair"))
    return page(request, "counter/pair.html", {"form": PairForm()}, status=403)


def remember_device(response: HttpResponse, paired_now: Paired) -> None:
    """Let the device keep its token; scripts can't read it."""
    response.set_cookie(
        COOKIE,
        paired_now.device_token,
        max_age=COOKIE_SECONDS,
        path=reverse("counter:home"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
