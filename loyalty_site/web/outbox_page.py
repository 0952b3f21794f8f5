"""The outbox page of the development site: every message as its recipient would see it.

Exists only with DEBUG on and the outbox backend for e-mail (``loyalty_site.web.development_mail``); otherwise its
addresses are 404. Shows the text of a message with links to follow, never its HTML: the page's own content policy
would refuse the styles of mails. Reads files below ``VAR_DIR/outbox`` and deletes all of them on request.
"""

import email
import email.policy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import wraps
from html import unescape
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from loyalty_site.checks import OUTBOX_BACKEND

MESSAGES_PER_PAGE = 50
#: How the backend names its files: time in UTC to the microsecond, and something random.
FILE_NAME = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message of the outbox. ``text`` is its text part, or its HTML without the tags."""

    name: str
    written_at: datetime
    sender: str
    recipients: str
    subject: str
    text: str
    attachments: Sequence[str]


def development_only(view: View[P]) -> View[P]:
    """Let the view exist on a development site with the outbox backend only."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEBUG or settings.EMAIL_BACKEND != OUTBOX_BACKEND:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
@development_only
def outbox(request: HttpRequest) -> HttpResponse:
    """List the messages, newest first."""
    page = Paginator(message_files(), MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    sent = [read_message(path) for path in page.object_list]
    return render(request, "dev/outbox.html", {"page": page, "sent": sent})


@never_cache
@require_safe
@development_only
def outbox_message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message."""
    try:
        message = read_message(_folder() / f"{name}.eml")
    except FileNotFoundError:
        raise Http404 from None
    return render(request, "dev/outbox_message.html", {"message": message})


@require_POST
@development_only
def outbox_delete(request: HttpRequest) -> HttpResponse:
    """Delete all messages and say how many there were."""
    paths = message_files()
    for path in paths:
        path.unlink(missing_ok=True)
    count = len(paths)
    said = ngettext("%(count)d message deleted.", "%(count)d messages deleted.", count)
    messages.success(request, said % {"count": count})
    return redirect("web:outbox")


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "outbox"


def message_files() -> list[Path]:
    """Return the files of the outbox, newest first: their names begin with the time."""
    return sorted((path for path in _folder().glob("*.eml") if FILE_NAME.fullmatch(path.stem)), reverse=True)


def read_message(path: Path) -> SentMessage:
    """Read one file. Raises: FileNotFoundError."""
    message = email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    text = str(body.get_content()) if body else ""
    return SentMessage(
        name=path.stem,
        written_at=datetime.strptime(path.stem[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=str(message.get("From", "")),
        recipients=str(message.get("To", "")),
        subject=str(message.get("Subject", "")) or _("(no subject)"),
        text=unescape(strip_tags(text)) if body and body.get_content_subtype() == "html" else text,
        attachments=[part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )
