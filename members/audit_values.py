"""What an audit entry may keep of a field's old and new value: JSON, without contacts, names, codes or secrets.

Promises: pure; a field that may hold such a thing is replaced by a mark, by its name, and what looks like a contact
is hidden in every text. The result can be stored by both databases. An unknown kind of value is an error and not
its text: `str()` of an object may say anything.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import TypeAlias
from uuid import UUID

from django.db import models
from django.utils.functional import Promise

#: What stands in the place of a hidden value: unchanged, and changed. Empty values stay empty.
HIDDEN = "•"
HIDDEN_CHANGED = "•≠"
MAX_TEXT = 300

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_HIDDEN_FIELDS = frozenset(
    {"email", "phone", "number", "address", "postal", "first_name", "last_name", "full_name", "birth_date"}
    | {"pin", "token", "api_key", "secret", "password"}
)
_HIDDEN_ENDINGS = ("_email", "_phone", "_number", "_address", "_pin", "_hash", "_token", "_secret", "_password")
# A contact's value, a pairing's code; further inside they are a rule's value and the code of a reason.
_HIDDEN_AT_TOP = frozenset({"value", "code"})
_EMAIL = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,255}")
_PHONE = re.compile(r"(?<![\w-])(?:\+|0)\d[\d /()-]{5,}\d(?![\w-])")


def hidden_pair(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return both sides ready to be kept; a hidden field's new side says whether it changed.

    Raises:
        TypeError: a value is of a kind that can't be kept safely.
    """
    hides = {name for name in [*old, *new] if name in _HIDDEN_AT_TOP or _is_hidden(name)}
    before = {name: _hidden(value) if name in hides else _json(value) for name, value in old.items()}
    after = {name: _hidden(value) if name in hides else _json(value) for name, value in new.items()}
    for name in hides & before.keys() & after.keys():
        if old[name] != new[name] and after[name]:
            after[name] = HIDDEN_CHANGED
    return before, after


def hidden_text(text: str, *, maximum: int = MAX_TEXT) -> str:
    """Return a text without contacts, NUL and lone surrogates (PostgreSQL refuses both); a cut is marked by ….

    Linear in the text's length, which is cut before it is searched.
    """
    clean = text[: 4 * maximum].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    clean = _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, clean))
    return clean if len(clean) <= maximum else f"{clean[: maximum - 1]}…"


def _is_hidden(field: str) -> bool:
    """Tell whether a field's values may hold a contact, a member's name, a code or a secret."""
    name = field.lower()
    return name in _HIDDEN_FIELDS or name.endswith(_HIDDEN_ENDINGS)


def _hidden(value: object) -> Json:
    """Return the mark for a hidden value; that there is none stays visible."""
    return "" if value is None or value == "" else HIDDEN


def _json(value: object) -> Json:
    """Return the value as JSON keeps it, whole numbers as numbers and all others as text."""
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _hidden(part) if _is_hidden(str(name)) else _json(part) for name, part in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Enum | Promise):
        parts = [_json(part) for part in value]
        return sorted(parts, key=str) if isinstance(value, set | frozenset) else parts
    return _scalar(value)


def _scalar(value: object) -> Json:
    """Return a single value that is no plain number."""
    match value:
        case Enum():
            return _json(value.value)
        case str() | Promise():
            return hidden_text(str(value))
        case float() | Decimal() | UUID():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case models.Model():
            return str(value.pk)
        case bytes():
            return _hidden(value)
    raise TypeError(f"an audit entry can't keep a {type(value).__name__}")
