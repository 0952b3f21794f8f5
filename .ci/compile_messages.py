"""Compile the gettext catalogues (``.po`` → ``.mo``) with nothing but Python's standard library.

Whoever starts Stammkarte needs the binary catalogues, which are not committed, and must not need GNU gettext.
Understands contexts, plurals, continued strings, obsolete lines and flags; skips fuzzy and untranslated
entries, as msgfmt does. Raises on everything it can't read rather than dropping a text silently.
It writes only catalogues whose bytes changed, each by an atomic rename, so a running server never reads half.
Does not check completeness: see check_messages.py. Usage: ``compile_messages.py [FOLDER | FILE.po]...``
(default: the project's ``locale/``).
"""

import ast
import os
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

#: The magic number of a little-endian .mo file (GNU gettext manual, "The Format of GNU MO Files").
MO_MAGIC = 0x950412DE
HEADER_BYTES = 28
KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


class CatalogueError(ValueError):
    """A catalogue can't be understood; the text says file, line and why."""


@dataclass
class Message:
    """One entry of a catalogue. ``strings`` maps the plural index (0 for a plain text) to its translation."""

    line: int
    context: str | None = None
    singular: str | None = None
    plural: str | None = None
    strings: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    def key(self) -> str:
        """Return the look-up key as gettext builds it: context, EOT, singular, NUL, plural."""
        key = self.singular or ""
        if self.plural is not None:
            key += "\0" + self.plural
        return key if self.context is None else f"{self.context}\x04{key}"

    def value(self) -> str:
        """Return the translations in order of plural index, joined by NUL."""
        return "\0".join(self.strings[index] for index in sorted(self.strings))

    def is_translated(self) -> bool:
        """Tell whether every form has a text; the header counts, though its msgid is empty."""
        return bool(self.strings) and all(self.strings.values())


def _unquote(text: str, where: str) -> str:
    """Return the meaning of one quoted string; C and Python agree on the escapes that .po files use."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        raise CatalogueError(f"{where}: expected a quoted string")
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError) as error:
        raise CatalogueError(f"{where}: unreadable string") from error
    if not isinstance(value, str):
        raise CatalogueError(f"{where}: expected one string")
    return value


class _Parser:
    """Reads a catalogue line by line; ``messages`` fills as entries end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.messages: list[Message] = []
        self._current = Message(line=0)
        self._target: tuple[str, int] | None = None

    def feed(self, line: str, number: int) -> None:
        where = f"{self.name}:{number}"
        if line.startswith("#"):
            self._comment(line, number)
        elif line.startswith('"'):
            if self._target is None:
                raise CatalogueError(f"{where}: a string without a keyword before it")
            self._append(_unquote(line, where))
        elif line:
            self._keyword(line, number, where)

    def end(self) -> None:
        """Close the entry in progress, checking that it has both sides."""
        current, self._current, self._target = self._current, Message(line=0), None
        if current.singular is None:
            if current.context is not None or current.strings:
                raise CatalogueError(f"{self.name}:{current.line}: an entry without msgid")
            return
        if not current.strings:
            raise CatalogueError(f"{self.name}:{current.line}: an entry without msgstr")
        if sorted(current.strings) != list(range(len(current.strings))):
            raise CatalogueError(f"{self.name}:{current.line}: plural forms are not numbered 0, 1, …")
        self.messages.append(current)

    def _comment(self, line: str, number: int) -> None:
        if self._current.strings:
            self.end()
        if line.startswith("#~"):
            # An obsolete entry, which nobody looks up any more; a flag above it belongs to it.
            self._current = Message(line=0)
        elif line.startswith("#,"):
            self._current.line = self._current.line or number
            flags = {flag.strip() for flag in line[2:].split(",")}
            self._current.is_fuzzy = self._current.is_fuzzy or "fuzzy" in flags

    def _keyword(self, line: str, number: int, where: str) -> None:
        word, _, rest = line.partition(" ")
        index = 0
        if word.startswith("msgstr[") and word.endswith("]"):
            if not word[7:-1].isdecimal():
                raise CatalogueError(f"{where}: a plural form needs a number")
            word, index = "msgstr", int(word[7:-1])
        if word not in KEYWORDS:
            raise CatalogueError(f"{where}: unknown keyword {word!r}")
        if word in {"msgctxt", "msgid"} and self._current.strings:
            self.end()
        current = self._current
        current.line = current.line or number
        if self._is_set(word, index):
            raise CatalogueError(f"{where}: {word} twice in one entry")
        if word == "msgctxt":
            current.context = ""
        elif word == "msgid":
            current.singular = ""
        elif word == "msgid_plural":
            current.plural = ""
        else:
            current.strings[index] = ""
        self._target = (word, index)
        self._append(_unquote(rest.strip(), where))

    def _is_set(self, word: str, index: int) -> bool:
        current = self._current
        if word == "msgstr":
            return index in current.strings
        return {"msgctxt": current.context, "msgid": current.singular, "msgid_plural": current.plural}[word] is not None

    def _append(self, text: str) -> None:
        word, index = self._target or ("", 0)
        current = self._current
        if word == "msgctxt":
            current.context = (current.context or "") + text
        elif word == "msgid":
            current.singular = (current.singular or "") + text
        elif word == "msgid_plural":
            current.plural = (current.plural or "") + text
        else:
            current.strings[index] += text


def parse(text: str, *, name: str = "<catalogue>") -> list[Message]:
    """Return the live entries of a ``.po`` text in file order, obsolete ones left out.

    ``name`` stands in error messages. Raises: CatalogueError for what can't be read, or a key given twice.
    """
    parser = _Parser(name)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        parser.feed(line.strip(), number)
    parser.end()
    seen: dict[tuple[str | None, str | None], int] = {}
    for message in parser.messages:
        identity = (message.context, message.singular)
        if identity in seen:
            raise CatalogueError(f"{name}:{message.line}: same message as in line {seen[identity]}")
        seen[identity] = message.line
    return parser.messages


def build_mo(messages: Iterable[Message]) -> bytes:
    """Return the binary catalogue of the translated, non-fuzzy entries, sorted by key as readers expect.

    A fuzzy header is kept: without its charset and plural rule the whole catalogue would be misread.
    """
    pairs = sorted(
        (message.key().encode(), message.value().encode())
        for message in messages
        if message.is_translated() and (not message.is_fuzzy or message.singular == "")
    )
    ids = b"".join(key + b"\0" for key, _ in pairs)
    strings = b"".join(value + b"\0" for _, value in pairs)
    ids_table_at = HEADER_BYTES
    strings_table_at = ids_table_at + 8 * len(pairs)
    ids_at = strings_table_at + 8 * len(pairs)
    table = bytearray()
    for column, offset in ((0, ids_at), (1, ids_at + len(ids))):
        start = offset
        for pair in pairs:
            table += struct.pack("<II", len(pair[column]), start)
            start += len(pair[column]) + 1
    # The last two words describe the optional hash table: size 0, so readers use binary search.
    header = struct.pack("<7I", MO_MAGIC, 0, len(pairs), ids_table_at, strings_table_at, 0, ids_at)
    return header + bytes(table) + ids + strings


def compile_file(source: Path) -> bool:
    """Compile one ``.po`` file beside itself; return whether the ``.mo`` changed. Raises: CatalogueError."""
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{source}: not UTF-8 (byte {error.start})") from error
    data = build_mo(parse(text, name=str(source)))
    target = source.with_suffix(".mo")
    if target.exists() and target.read_bytes() == data:
        return False
    handle, temporary = tempfile.mkstemp(dir=source.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def catalogues_in(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every ``.po`` file named by, or lying below, the given paths, in a stable order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.glob("**/LC_MESSAGES/*.po"))
        else:
            yield path


def main(arguments: list[str]) -> int:
    """Compile what the arguments name; print one line per changed catalogue; return the exit code."""
    default = Path(__file__).resolve().parent.parent / "locale"
    try:
        for source in catalogues_in([Path(argument) for argument in arguments] or [default]):
            if compile_file(source):
                print(f"compiled {source}")
    except (CatalogueError, OSError) as error:
        print(f"compile_messages: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
