"""A photographed card instead of a scanned one, for browsers without a camera in the page.

The photo is held in memory, read, and forgotten; what it says goes the way of every scan.
"""

from collections.abc import Callable
from functools import wraps
from typing import IO, TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from loyalty_site.counter.forms import Attempt, PhotoForm, request_id_from
from loyalty_site.counter.photo_reader import MAX_BYTES, PhotoProblem, PhotoProblemReason, codes_in
from loyalty_site.counter.session import Desk, on_shift
from loyalty_site.counter.views.scan import answer_scan, home_page
from members.card_numbers import UnreadableCode, parse

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FAR_TOO_MANY_BYTES = 32 * 1024 * 1024
PROBLEMS: dict[PhotoProblemReason, "StrPromise"] = {
    PhotoProblemReason.TOO_LARGE: gettext_lazy(
        "The photo is too large. Take it with fewer megapixels, or type the number."
    ),
    PhotoProblemReason.NOT_A_PHOTO: gettext_lazy(
        "This is no photo that we can read. Take one of the card, or type the number."
    ),
    PhotoProblemReason.NO_CODE: gettext_lazy(
        "There is no readable code in the photo. Go closer, avoid reflections, and try again."
    ),
}


class InMemoryOnly(MemoryFileUploadHandler):
    """Keeps an upload in memory and never on the disk; of one that is too large, nothing is kept at all."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 # Django's own name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Take over whatever the size is.

        Raises:
            RequestDataTooBig: far beyond what a phone's photo weighs; nothing of it is read.
        """
        if content_length > FAR_TOO_MANY_BYTES:
            raise RequestDataTooBig("the photo is far too large")
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Keep a part; when it gets too much, let go of the file and go on with the form."""
        if start + len(raw_data) > MAX_BYTES:
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)


def in_memory_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the view's uploads stay in memory. Must run before anything reads the request's body, the CSRF check too."""

    @wraps(view)
    def with_handler(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.upload_handlers = [InMemoryOnly(request)]
        return view(request, *args, **kwargs)

    return with_handler


# The middleware's check would read the body before the handler is set, so it is switched off there and done here.
@csrf_exempt
@in_memory_only
@csrf_protect
@require_http_methods(["GET", "POST"])
@on_shift
def photo(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read the card in a photo and treat it as scanned."""
    if request.method == "GET":
        return redirect("counter:home")
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return home_page(request, desk, error=str(form.errors["photo"][0]))
    try:
        texts = codes_in(form.cleaned_data["photo"].read())
    except PhotoProblem as problem:
        return home_page(request, desk, error=str(PROBLEMS[problem.reason]))
    attempt = Attempt(_best(texts), request_id_from(request.POST), "scan")
    return answer_scan(request, desk, attempt)


def _best(texts: list[str]) -> str:
    """Return the first text that is one of our codes (a poster may be in the picture, too), else the first."""
    for text in texts:
        try:
            parse(text)
        except UnreadableCode:
            continue
        return text
    return texts[0]
