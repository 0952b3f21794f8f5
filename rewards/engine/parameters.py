"""Parameters: how an entry of the vocabulary describes itself, and how a definition's values are read by it.

A `ParameterSpec` is enough to draw a form field, to write an API schema and to check a value; nothing else
knows what a parameter may hold. Reading is strict: 5.0 and "5" are no whole numbers, true is not 1, a list
loses doubles and order (so equal rules compare equal), an unknown name is a problem and not ignored. Nothing
here raises for an owner's input: problems are collected.
"""

from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Self, TypeAlias

from rewards.engine.problems import Problem, echo, under
from rewards.engine.reasons import ReasonSpec, in_lines
from rewards.engine.stored import JsonObject

LONGEST_LIST = 200
LONGEST_TEXT = 100
MOST_CENTS = 100_000_000
MOST_UNITS = 100_000

Value: TypeAlias = int | bool | str | date | tuple[str, ...] | tuple[int, ...]


class ParameterType(StrEnum):
    """What a parameter holds. CENTS, MINUTE and PERCENT are whole numbers that a form shows in its own way."""

    INTEGER = "integer"
    CENTS = "cents"
    MINUTE = "minute"  # of the day, 0 is midnight
    PERCENT = "percent"
    BOOLEAN = "boolean"
    DATE = "date"  # ISO 8601, YYYY-MM-DD
    TEXTS = "texts"  # a list of texts, each 1 to LONGEST_TEXT characters
    CHOICES = "choices"  # a list of some of `choices`


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter of a condition or effect.

    minimum and maximum bound whole numbers, both included. choices are all texts or all whole numbers.
    A parameter that is not required may be absent or null. Lists hold 1 to LONGEST_LIST entries.
    """

    name: str
    type: ParameterType
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] | tuple[int, ...] = ()
    required: bool = True


class Entry(ABC):
    """What conditions and effects share: a kind, described parameters, and the reasons they may give.

    Subclasses are frozen dataclasses whose fields are named like the parameters.
    """

    __slots__ = ()
    kind: ClassVar[str]
    parameters: ClassVar[tuple[ParameterSpec, ...]]
    reasons: ClassVar[tuple[ReasonSpec, ...]]

    @classmethod
    def read(cls, raw: Mapping[str, object], *, path: str, problems: list[Problem]) -> Self | None:
        """Build the entry from its JSON object, or add to `problems` and return None."""
        values = read_parameters(cls.parameters, raw, path=path, problems=problems)
        if values is None:
            return None
        build: Callable[..., Self] = cls  # the fields of the subclass are exactly its parameters
        entry = build(**values)
        flaws = tuple(entry.flaws(path))
        problems.extend(flaws)
        return None if flaws else entry

    def flaws(self, path: str) -> Iterator[Problem]:
        """Yield what is wrong with values that are each in range but do not fit together."""
        yield from ()

    def to_json(self) -> JsonObject:
        """Return the JSON object that `read` turns into an equal entry."""
        definition: JsonObject = {"kind": self.kind}
        for spec in self.parameters:
            value = getattr(self, spec.name)
            if value is None or value == ():
                continue
            if isinstance(value, date):
                definition[spec.name] = value.isoformat()
            else:
                definition[spec.name] = list(value) if isinstance(value, tuple) else value
        return definition


def read_parameters(
    specs: Sequence[ParameterSpec], raw: Mapping[str, object], *, path: str, problems: list[Problem]
) -> dict[str, Value] | None:
    """Read all of `specs` from one JSON object; absent optional ones are left out.

    Returns None when at least one problem was added.
    """
    before = len(problems)
    known = {"kind", *(spec.name for spec in specs)}
    for name in raw:
        if name not in known:
            shown = echo(str(name))
            problems.append(Problem(under(path, shown), "unknown_parameter", {"name": shown}))
    values: dict[str, Value] = {}
    for spec in specs:
        value = _read(spec, raw.get(spec.name), path=under(path, spec.name), problems=problems)
        if value is not None:
            values[spec.name] = value
    return values if len(problems) == before else None


def _read(spec: ParameterSpec, raw: object, *, path: str, problems: list[Problem]) -> Value | None:
    if raw is None:
        if spec.required:
            problems.append(Problem(path, "missing_parameter"))
        return None
    found = _READERS[spec.type](spec, raw, path)
    if isinstance(found, Problem):
        problems.append(found)
        return None
    return found


def _read_number(spec: ParameterSpec, raw: object, path: str) -> Value | Problem:
    if not isinstance(raw, int) or isinstance(raw, bool):
        return _wrong_type(spec, path)
    if spec.minimum is not None and raw < spec.minimum:
        return Problem(path, "too_small", {"minimum": spec.minimum})
    if spec.maximum is not None and raw > spec.maximum:
        return Problem(path, "too_large", {"maximum": spec.maximum})
    return raw


def _read_boolean(spec: ParameterSpec, raw: object, path: str) -> Value | Problem:
    return raw if isinstance(raw, bool) else _wrong_type(spec, path)


def _read_date(spec: ParameterSpec, raw: object, path: str) -> Value | Problem:
    if not isinstance(raw, str):
        return _wrong_type(spec, path)
    try:
        value = date.fromisoformat(raw)
    except ValueError:
        return Problem(path, "date_invalid")
    # Python also reads week dates and dates without hyphens; other readers of the definition need not.
    return value if value.isoformat() == raw else Problem(path, "date_invalid")


def _read_texts(spec: ParameterSpec, raw: object, path: str) -> Value | Problem:
    entries = _entries(spec, raw, path)
    if isinstance(entries, Problem):
        return entries
    texts: set[str] = set()
    for index, entry in enumerate(entries):
        text = read_text(entry, path=under(path, index))
        if isinstance(text, Problem):
            return text
        texts.add(text)
    return tuple(sorted(texts))


def read_text(raw: object, *, path: str) -> str | Problem:
    """Return a trimmed, printable text of 1 to LONGEST_TEXT characters, or what is wrong with it."""
    if not isinstance(raw, str):
        return Problem(path, "wrong_type", {"expected": "text"})
    text = raw.strip()
    # Printable also keeps line breaks out, which separate texts inside a reason (reasons.in_lines).
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        return Problem(path, "text_invalid", {"maximum": LONGEST_TEXT})
    return text


def _read_choices(spec: ParameterSpec, raw: object, path: str) -> Value | Problem:
    entries = _entries(spec, raw, path)
    if isinstance(entries, Problem):
        return entries
    for index, entry in enumerate(entries):
        # By type as well, because True equals 1.
        if not any(type(entry) is type(choice) and entry == choice for choice in spec.choices):
            return Problem(under(path, index), "unknown_choice", {"choices": in_lines(spec.choices)})
    texts = tuple(choice for choice in spec.choices if isinstance(choice, str) and choice in entries)
    return texts or tuple(choice for choice in spec.choices if isinstance(choice, int) and choice in entries)


def _entries(spec: ParameterSpec, raw: object, path: str) -> Sequence[object] | Problem:
    if not isinstance(raw, list | tuple):
        return _wrong_type(spec, path)
    if not raw:
        return Problem(path, "list_empty")
    if len(raw) > LONGEST_LIST:
        return Problem(path, "list_too_long", {"maximum": LONGEST_LIST})
    return raw


def _wrong_type(spec: ParameterSpec, path: str) -> Problem:
    return Problem(path, "wrong_type", {"expected": spec.type.value})


_READERS: Mapping[ParameterType, Callable[[ParameterSpec, object, str], Value | Problem]] = {
    ParameterType.INTEGER: _read_number,
    ParameterType.CENTS: _read_number,
    ParameterType.MINUTE: _read_number,
    ParameterType.PERCENT: _read_number,
    ParameterType.BOOLEAN: _read_boolean,
    ParameterType.DATE: _read_date,
    ParameterType.TEXTS: _read_texts,
    ParameterType.CHOICES: _read_choices,
}
