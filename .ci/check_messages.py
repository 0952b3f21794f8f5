"""Check that every text of the product has a German translation, and bring the catalogue up to date.

The source language is English, so only ``locale/de`` must be complete. The texts are extracted from a
temporary copy of the code: checking never changes the tree. Found and listed with file and line: texts
without a translation, fuzzy ones, unused or obsolete ones, and translations with other placeholders.
``--write`` adds new texts (untranslated, never guessed) and drops unused ones; ``--from FILE.json`` then
fills gaps from ``{"text": "Text", "one": ["eins", "viele"], "context\\u0004text": "Text"}``.
Needs GNU gettext (xgettext, msgmerge and others) and polib. Does not judge the German: docs/developers.md.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("members", "fraud", "verification", "rewards", "loyalty_site", "templates")
CATALOGUE = Path("locale") / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w+\}")
METADATA = {
    "Project-Id-Version": "stammkarte",
    "Language": "de",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

MessageKey = tuple[str | None, str]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the catalogue: where to look, what kind it is, and the text it is about."""

    where: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.text!r}"


def _key(entry: polib.POEntry) -> MessageKey:
    return entry.msgctxt, entry.msgid


def _is_translated(entry: polib.POEntry) -> bool:
    """Tell whether every form has a text; German has two."""
    if entry.msgid_plural:
        return len(entry.msgstr_plural) == 2 and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def extract(root: Path) -> polib.POFile:
    """Return all texts of the code below ``root``, with their places. Raises: CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="stammkarte-messages-") as name:
        copy = Path(name)
        for source in SOURCES:
            if (root / source).is_dir():
                shutil.copytree(root / source, copy / source, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "locale").mkdir()
        # Without settings: extraction needs none, and must work while they are being changed.
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(
            [
                sys.executable,
                "-m",
                "django",
                "makemessages",
                "--locale",
                "de",
                "--no-wrap",
                "--verbosity",
                "0",
            ],
            cwd=copy,
            env=environment,
            check=True,
        )
        produced = copy / CATALOGUE
        return polib.pofile(str(produced)) if produced.exists() else polib.POFile()


def _placeholders_fit(source: polib.POEntry, translated: polib.POEntry) -> bool:
    """Tell whether each translation fills the same placeholders; a plural's singular may leave some out."""
    if not source.msgid_plural:
        return Counter(PLACEHOLDER.findall(source.msgid)) == Counter(PLACEHOLDER.findall(translated.msgstr))
    known = set(PLACEHOLDER.findall(source.msgid)) | set(PLACEHOLDER.findall(source.msgid_plural))
    needed = set(PLACEHOLDER.findall(source.msgid_plural))
    found = [set(PLACEHOLDER.findall(text)) for _, text in sorted(translated.msgstr_plural.items())]
    return all(placeholders <= known for placeholders in found) and found[-1] >= needed


def compare(extracted: polib.POFile, catalogue: polib.POFile, *, name: str) -> list[Problem]:
    """Return what is wrong with ``catalogue``, which places call ``name``: first gaps, then leftovers."""
    problems = []
    wanted = {_key(entry): entry for entry in extracted if not entry.obsolete}
    present = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    for key, source in wanted.items():
        file, line = source.occurrences[0] if source.occurrences else ("", "")
        place, entry = f"{file}:{line}", present.get(key)
        if entry is None or entry.msgid_plural != source.msgid_plural or not _is_translated(entry):
            problems.append(Problem(place, "not translated", source.msgid))
        elif entry.fuzzy:
            problems.append(Problem(f"{name}:{entry.linenum}", "fuzzy", source.msgid))
        elif not _placeholders_fit(source, entry):
            problems.append(Problem(f"{name}:{entry.linenum}", "placeholders differ", source.msgid))
    for entry in catalogue:
        if entry.obsolete or _key(entry) not in wanted:
            problems.append(Problem(f"{name}:{entry.linenum}", "unused", entry.msgid))
    return problems


def fill(catalogue: polib.POFile, translations: dict[str, str | list[str]]) -> int:
    """Give untranslated entries the texts found under ``msgid`` or ``context␄msgid``; return how many."""
    filled = 0
    for entry in catalogue:
        key = entry.msgid if entry.msgctxt is None else f"{entry.msgctxt}\x04{entry.msgid}"
        found = translations.get(key)
        if found is None or _is_translated(entry) or isinstance(found, list) != bool(entry.msgid_plural):
            continue
        if isinstance(found, list):
            entry.msgstr_plural = dict(enumerate(found))
        else:
            entry.msgstr = found
        filled += 1
    return filled


def update(extracted: polib.POFile, catalogue: polib.POFile) -> polib.POFile:
    """Return a catalogue of exactly the extracted texts, keeping translations, sorted for small diffs."""
    known = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    result = polib.POFile(wrapwidth=100)
    result.metadata = dict(METADATA)
    for source in sorted(extracted, key=lambda entry: (entry.msgid, entry.msgctxt or "")):
        entry = polib.POEntry(msgctxt=source.msgctxt, msgid=source.msgid, msgid_plural=source.msgid_plural)
        # Only files: line numbers would change the catalogue with every edit of the code.
        entry.occurrences = sorted({(file, "") for file, _ in source.occurrences})
        entry.flags = [flag for flag in source.flags if flag != "fuzzy"]
        old = known.get(_key(source))
        if old is not None and old.msgid_plural == source.msgid_plural:
            entry.msgstr, entry.msgstr_plural = old.msgstr, dict(old.msgstr_plural)
            entry.flags += ["fuzzy"] if old.fuzzy else []
        if entry.msgid_plural and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        result.append(entry)
    return result


def main(arguments: list[str]) -> int:
    """Run the check (or the update with ``--write``); return 0, 1 (problems) or 2 (no gettext)."""
    parser = argparse.ArgumentParser(description="Check or update the German catalogue.")
    parser.add_argument("--write", action="store_true", help="bring locale/de up to date first")
    parser.add_argument("--from", dest="sources", nargs="+", default=[], type=Path, metavar="FILE.json")
    options = parser.parse_args(arguments)
    missing = [tool for tool in ("xgettext", "msguniq", "msgattrib", "msgmerge") if shutil.which(tool) is None]
    if missing:
        print(
            f"check_messages: {', '.join(missing)} not found. Install GNU gettext: apt-get install gettext",
            file=sys.stderr,
        )
        return 2
    extracted, path = extract(ROOT), ROOT / CATALOGUE
    catalogue = polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile()
    if options.write:
        catalogue = update(extracted, catalogue)
        for source in options.sources:
            print(f"{source}: {fill(catalogue, json.loads(source.read_text(encoding='utf-8')))} filled")
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        catalogue = polib.pofile(str(path))
    problems = compare(extracted, catalogue, name=str(CATALOGUE))
    for problem in problems:
        print(problem)
    print(f"check_messages: {len(extracted)} texts, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
