"""From what was raised to a problem: the only place where exceptions of the domain and of ninja become answers."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from loyalty_site.api import problems
from loyalty_site.api.problems import FieldError, ProblemFound, problem
from members.card_numbers import UnreadableCode, UnreadableReason
from members.domain.cards import CardUnknown
from rewards.domain.earn import InvalidSale
from rewards.domain.redeem import RewardUnknown
from rewards.domain.requests import RequestConflict
from rewards.domain.returns import InvalidReturn
from rewards.domain.undo import BookingUnknown

logger = logging.getLogger(__name__)
LONGEST_FIELD = 200
_RETRY_SECONDS = {"Retry-After": "1"}
#: PostgreSQL: lock not available, deadlock, serialization failure, statement timeout while waiting.
_CONTENTION = frozenset({"55P03", "40P01", "40001", "57014"})
_UNREADABLE = {
    UnreadableReason.EMPTY: _("There is no card in it."),
    UnreadableReason.TOO_LONG: _("This is longer than any code of a card."),
    UnreadableReason.TOO_SHORT: _("Some of the code is missing. Please scan the card again."),
    UnreadableReason.CHECK_SYMBOL: _("A digit or letter of the card number is wrong. Please compare it with the card."),
    UnreadableReason.UNKNOWN: _("This is not a card of this program."),
}
_SALE = {
    "amount_range": ("amount_cents", _("The sum is out of range.")),
    "too_old": ("occurred_at", _("The sale is more than seven days old.")),
    "in_future": ("occurred_at", _("The sale lies in the future. Please check the till's clock.")),
}


def add_handlers(api: NinjaAPI) -> None:
    """Register a handler for everything that a call can raise, the unforeseen included."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {  # Any: the exception of the key
        ProblemFound: lambda request, exc: problem(exc.kind, errors=exc.errors, headers=exc.headers),
        AuthenticationError: lambda request, exc: problem(problems.NO_KEY, headers={"WWW-Authenticate": "Bearer"}),
        ValidationError: lambda request, exc: problem(problems.NOT_UNDERSTOOD, errors=field_errors(exc.errors)),
        # Ninja raises it for one thing only: a body that its parser did not take.
        HttpError: lambda request, exc: problem(problems.MALFORMED),
        UnreadablePostError: lambda request, exc: problem(problems.MALFORMED),
        RequestDataTooBig: lambda request, exc: problem(problems.TOO_LARGE),
        Http404: lambda request, exc: problem(problems.NOT_FOUND),
        UnreadableCode: lambda request, exc: _wrong(*_card_at(request), exc.reason.value, str(_UNREADABLE[exc.reason])),
        CardUnknown: lambda request, exc: _unknown(*_card_at(request)),
        RewardUnknown: lambda request, exc: _unknown("reward", "body"),
        BookingUnknown: lambda request, exc: problem(problems.UNKNOWN),
        InvalidSale: lambda request, exc: _wrong(_SALE[exc.code][0], "body", exc.code, str(_SALE[exc.code][1])),
        InvalidReturn: lambda request, exc: _wrong(
            "items", "body", "amount_range", str(_("The sum of the items is below one cent."))
        ),
        RequestConflict: lambda request, exc: problem(problems.KEY_REUSED),
        OperationalError: _database_failed,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def field_errors(errors: Sequence[dict[str, Any]]) -> list[FieldError]:  # Any: pydantic's own shape of an error
    """Return pydantic's errors with the path that a client knows: without the name of our own parameter."""
    return [
        FieldError(
            field=_path(error["loc"])[:LONGEST_FIELD],
            location=str(error["loc"][0]),
            code=str(error["type"]),
            detail=str(error["msg"]),
        )
        for error in errors
    ]


def _path(location: Sequence[str | int]) -> str:
    """Body fields stand below the parameter's name; an empty path means the whole body."""
    parts = location[2:] if location[0] == "body" else location[1:]
    return ".".join(str(part) for part in parts)


def _card_at(request: HttpRequest) -> tuple[str, str]:
    """Return where the card was named: look-ups name it in their address, bookings in their body."""
    return ("number", "path") if request.method == "GET" else ("card", "body")


def _wrong(field: str, location: str, code: str, detail: str) -> HttpResponse:
    error = FieldError(field=field, location=location, code=code, detail=detail)
    return problem(problems.NOT_UNDERSTOOD, errors=[error])


def _unknown(field: str, location: str) -> HttpResponse:
    detail = str(problems.UNKNOWN.detail)
    error = FieldError(field=field, location=location, code="unknown", detail=detail)
    return problem(problems.UNKNOWN, errors=[error])


def _database_failed(request: HttpRequest, exc: OperationalError) -> HttpResponse:
    """Tell a card that is busy from a database that is away; both are tried again by the client."""
    logger.error("the database did not answer an API call", exc_info=exc)
    busy = getattr(exc.__cause__, "sqlstate", None) in _CONTENTION or "database is locked" in str(exc)
    return problem(problems.IN_PROGRESS if busy else problems.UNAVAILABLE, headers=_RETRY_SECONDS)


def _failed(request: HttpRequest, exc: Exception) -> HttpResponse:
    """Answer a mistake of the program itself, with DEBUG too; the log has it."""
    logger.error("an API call failed", exc_info=exc)
    return problem(problems.FAILED)
