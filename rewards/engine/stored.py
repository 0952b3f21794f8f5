"""Typed reading of JSON that a booking has stored.

What the engine wrote with `to_json` comes back through these readers, so that a row changed by hand or written
by a broken release is refused with the name of the field instead of travelling on as a wrong type.
It does not read owners' input: that is parameters.py, which collects problems instead of raising.
"""

from collections.abc import Mapping
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]


def text_at(stored: Mapping[str, object], name: str) -> str:
    """Return the text stored under `name`.

    Raises:
        ValueError: it is missing or no text.
    """
    value = stored.get(name)
    if not isinstance(value, str):
        raise ValueError(f"stored {name!r} must be a text")
    return value


def whole_number_at(stored: Mapping[str, object], name: str) -> int:
    """Return the whole number stored under `name`.

    Raises:
        ValueError: it is missing, a float or a boolean.
    """
    value = stored.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"stored {name!r} must be a whole number")
    return value


def flag_at(stored: Mapping[str, object], name: str) -> bool:
    """Return the boolean stored under `name`.

    Raises:
        ValueError: it is missing or no boolean.
    """
    value = stored.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"stored {name!r} must be true or false")
    return value


def object_at(stored: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return the JSON object stored under `name`.

    Raises:
        ValueError: it is missing or no object.
    """
    return as_object(stored.get(name), name)


def objects_at(stored: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    """Return the list of JSON objects stored under `name`.

    Raises:
        ValueError: it is missing, no list, or holds something else than objects.
    """
    value = stored.get(name)
    if not isinstance(value, list | tuple):
        raise ValueError(f"stored {name!r} must be a list")
    return tuple(as_object(entry, name) for entry in value)


def as_object(value: object, name: str) -> Mapping[str, object]:
    """Return `value` as a JSON object; `name` is for the message.

    Raises:
        ValueError: it is no object.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"stored {name!r} must be an object")
    return value
