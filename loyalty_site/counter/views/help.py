"""Help in three cards, and the check whether a scanner fits this device."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from loyalty_site.counter.device import paired
from loyalty_site.counter.page import SCANNER_COOKIE, Signal, desk_page, page
from loyalty_site.counter.session import Desk, on_shift
from members import qr
from members.card_numbers import ScannerVerdict, read_scanner_test, test_text
from members.models import Till

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_ONE_YEAR = 365 * 24 * 3600
VERDICTS: dict[ScannerVerdict, tuple[Signal, str, "StrPromise"]] = {
    ScannerVerdict.OK: ("ok", "ok", gettext_lazy("Fits. Nothing to do.")),
    ScannerVerdict.US_LAYOUT: (
        "ok",
        "ok",
        gettext_lazy("The scanner is set to a US keyboard. It works all the same."),
    ),
    ScannerVerdict.CAPS_LOCK: (
        "attention",
        "warn",
        gettext_lazy("Caps lock is on. Scans are read all the same, but switch it off."),
    ),
    ScannerVerdict.US_LAYOUT_AND_CAPS_LOCK: (
        "attention",
        "warn",
        gettext_lazy("The scanner is set to a US keyboard and caps lock is on. Switch caps lock off."),
    ),
    ScannerVerdict.UNREADABLE: (
        "attention",
        "stop",
        gettext_lazy("That was not the test code, or not all of it arrived. Scan it again, closer and without typing."),
    ),
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the test scan says about the scanner."""

    signal: str
    kind: str
    text: str
    lines: tuple[str, ...] = ()


@require_GET
@paired
def help_page(request: HttpRequest, till: Till) -> HttpResponse:
    """Show the help; it needs no PIN and names nobody."""
    return page(request, "counter/help.html", {}, till=till)


@require_http_methods(["GET", "POST"])
@on_shift
def scanner_check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the test code; tell what came in. A scanner that fits is remembered on this device."""
    # The markup is our own; the text is a constant.
    context: dict[str, object] = {"test_qr": mark_safe(qr.svg(test_text(), title=_("Test code")))}  # noqa: S308
    if request.method == "GET":
        return desk_page(request, desk, "counter/scanner_check.html", context)
    verdict = read_scanner_test(request.POST.get("code", ""))
    signal, kind, text = VERDICTS[verdict]
    context["result"] = CheckResult(signal, kind, str(text))
    response = desk_page(request, desk, "counter/scanner_check.html", context, signal=signal)
    if verdict is not ScannerVerdict.UNREADABLE:
        response.set_cookie(
            SCANNER_COOKIE,
            "1",
            max_age=_ONE_YEAR,
            path=reverse("counter:home"),
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
