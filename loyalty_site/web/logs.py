"""JSON log lines with request id and merchant, and a last net that masks contacts.

Nothing in the product logs a contact, a code or a card number; libraries sometimes do (a database error prints
the row). ``JsonFormatter`` therefore masks e-mail addresses, what looks like a phone number, and valid card numbers
in every text of a line, tracebacks and extras included, and drops the row that a database error quotes. Ids, UUIDs,
dates, times and amounts of up to nine digits stay readable. Names and streets have no shape that could be masked:
they must not be logged in the first place.
"""

import contextvars
import logging
import re
from collections.abc import Mapping
from typing import Any

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from members.card_numbers import is_valid

_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
_merchant: contextvars.ContextVar[str] = contextvars.ContextVar("merchant", default="")

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}(?:@|%40)[^\s@<>\"'(),;:]{1,255}")
#: PostgreSQL's second and third line of an error quote the offending row or the statement's parameters.
_DATABASE_DETAIL = re.compile(r"(?:^|(?<=\\n))(\s*(?:DETAIL|CONTEXT)): .*$", re.MULTILINE)
#: A confirmation code or PIN that says so. Alone it looks like any id, and must not be put into words at all.
_CODE = re.compile(r"\b(code|pin|otp)\b([^\w\n]{1,3})\d{4,10}\b", re.IGNORECASE)
#: UUIDs, dates and times of day, which the patterns below would take for numbers of a person.
_KEEP = re.compile(
    r"(?<![\w-])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,6})?)?)?)(?![\w-])",
    re.IGNORECASE,
)
#: A card's number in one piece or three, the dot and code behind it included; counts if its check symbol fits.
_CARD = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Za-z]{4}([ .-]?)[0-9A-Za-z]{4}\2[0-9A-Za-z]{4})(?:\.[0-9A-Za-z]{8})?(?![0-9A-Za-z])"
)
_PHONE = re.compile(
    # +49 176 1234567, 0049 (0)30/123456
    r"(?<![\w+])(?:\+|00)[ (]?\d(?:[ /().-]{0,3}\d){6,16}(?![\w])"
    # 0176 1234567, (030) 12 34 56, 030-123456
    r"|(?<![\w.,:+-])\(?0\d(?:[ /()-]{0,3}\d){5,15}(?!\w)"
    # 491761234567 as messaging providers write it, and other long runs: no id or amount of ours is that long
    r"|(?<![\w.,:+-])\d{10,15}(?!\w|[.,]\d)"
)
#: 176 1234567, 49 176/12 34 56 7: nine digits or more in groups.
_GROUPS = re.compile(r"(?<![\w.,:+-])\d{2,5}(?:[ /()-]{1,2}\d{2,8}){1,5}(?!\w|[.,:]\d)")


def set_context(*, request_id: str | None = None, merchant: str | None = None) -> None:
    """Remember the request's id and the merchant's short name for the log lines of this context."""
    if request_id is not None:
        _request_id.set(request_id)
    if merchant is not None:
        _merchant.set(merchant)


def clear_context() -> None:
    """Forget both, at the end of a request or job."""
    _request_id.set("")
    _merchant.set("")


def current_request_id() -> str:
    """Return the id of the request being answered, or an empty text."""
    return _request_id.get()


def masked(text: str) -> str:
    """Return ``text`` with e-mail addresses, phone numbers and card numbers replaced by placeholders."""
    text = _DATABASE_DETAIL.sub(r"\1: [row]", _EMAIL.sub("[e-mail]", text))
    text = _CODE.sub(r"\1\2[code]", text)
    pieces, position = [], 0
    for kept in _KEEP.finditer(text):
        pieces += [_numbers_masked(text[position : kept.start()]), kept.group()]
        position = kept.end()
    return "".join([*pieces, _numbers_masked(text[position:])])


def _numbers_masked(text: str) -> str:
    return _GROUPS.sub(_groups_masked, _PHONE.sub("[number]", _cards_masked(text)))


def _groups_masked(hit: re.Match[str]) -> str:
    return "[number]" if sum(map(str.isdigit, hit.group())) >= 9 else hit.group()


def _cards_masked(text: str) -> str:
    """Mask valid numbers. Every place is tried: in "card 4DJJ W4FW A05W" the first three fours are not the number."""
    pieces, copied, start = [], 0, 0
    while hit := _CARD.search(text, start):
        if is_valid("".join(filter(str.isalnum, hit.group(1))).upper()):
            pieces += [text[copied : hit.start()], "[card]"]
            copied = start = hit.end()
        else:
            start = hit.start() + 1
    return "".join([*pieces, text[copied:]])


def _masked_value(value: Any) -> Any:  # Any: whatever somebody put into a record
    """Return a value as it may be printed: texts masked, containers walked, numbers left, anything else as its text."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return masked(value)
        case Mapping():
            return {masked(str(name)): _masked_value(part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked_value(part) for part in value]
    return masked(str(value))


class RequestFilter(logging.Filter):
    """Adds ``request_id`` and ``merchant`` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Annotate; never drops a record."""
        record.request_id = _request_id.get()
        record.merchant = _merchant.get()
        return True


class JsonFormatter(BaseJsonFormatter):
    """One JSON object a line: time, level, logger, message, request_id, merchant, extras; masked."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s %(merchant)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:  # Any: values of a log record
        """Mask every value of the record, tracebacks and extras included."""
        data: dict[str, Any] = super().process_log_record(log_data)  # Any: see above
        data.pop("request", None)  # Django's; its text quotes the address's query
        keep = {"time", "level", "logger", "request_id", "merchant"}
        return {name: value if name in keep else _masked_value(value) for name, value in data.items()}
