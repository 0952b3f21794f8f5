"""The stdlib catalogue compiler, judged by Python's own gettext reading what it wrote."""

import gettext
import io
import struct
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ci_scripts import FOLDER, load

compiler = load("compile_messages")

HEADER = (
    'msgid ""\n'
    'msgstr ""\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def read(text: str) -> gettext.GNUTranslations:
    """Return the catalogue as gettext sees it after compiling."""
    return gettext.GNUTranslations(io.BytesIO(compiler.build_mo(compiler.parse(text))))


def test_plain_message_compiled_is_found_by_gettext() -> None:
    assert read(HEADER + 'msgid "Redeem"\nmsgstr "Einlösen"\n').gettext("Redeem") == "Einlösen"


def test_plural_message_compiled_follows_the_header_rule() -> None:
    catalogue = read(
        HEADER + 'msgid "%d stamp"\nmsgid_plural "%d stamps"\nmsgstr[0] "%d Stempel"\nmsgstr[1] "%d Stempelchen"\n'
    )
    assert catalogue.ngettext("%d stamp", "%d stamps", 1) == "%d Stempel"
    assert catalogue.ngettext("%d stamp", "%d stamps", 0) == "%d Stempelchen"


def test_context_compiled_keeps_equal_words_apart() -> None:
    catalogue = read(
        HEADER
        + 'msgctxt "button"\nmsgid "Open"\nmsgstr "Öffnen"\n\n'
        + 'msgctxt "state"\nmsgid "Open"\nmsgstr "Offen"\n\n'
        + 'msgctxt "till"\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] "eine"\nmsgstr[1] "viele"\n'
    )
    assert catalogue.pgettext("button", "Open") == "Öffnen"
    assert catalogue.pgettext("state", "Open") == "Offen"
    assert catalogue.gettext("Open") == "Open"
    assert catalogue.npgettext("till", "one", "many", 5) == "viele"


def test_continued_strings_and_escapes_compiled_are_joined() -> None:
    text = HEADER + 'msgid ""\n"Say \\"yes\\"\\n"\n"twice\\\\"\nmsgstr ""\n"Sag „ja“\\t"\n"doppelt"\n'
    assert read(text).gettext('Say "yes"\ntwice\\') == "Sag „ja“\tdoppelt"


def test_fuzzy_message_compiled_is_skipped_and_the_next_one_kept() -> None:
    catalogue = read(
        HEADER + '#, fuzzy, python-format\nmsgid "a"\nmsgstr "A"\n\n#, python-format\nmsgid "b"\nmsgstr "B"\n'
    )
    assert catalogue.gettext("a") == "a"
    assert catalogue.gettext("b") == "B"


def test_fuzzy_obsolete_message_compiled_does_not_mark_its_neighbour() -> None:
    catalogue = read(HEADER + '#, fuzzy\n#~ msgid "old"\n#~ msgstr "alt"\n\nmsgid "new"\nmsgstr "neu"\n')
    assert catalogue.gettext("old") == "old"
    assert catalogue.gettext("new") == "neu"


def test_untranslated_message_compiled_is_left_to_the_source_text() -> None:
    catalogue = read(HEADER + 'msgid "a"\nmsgstr ""\n\nmsgid "x"\nmsgid_plural "xs"\nmsgstr[0] "X"\nmsgstr[1] ""\n')
    assert catalogue.gettext("a") == "a"
    assert catalogue.ngettext("x", "xs", 2) == "xs"


def test_fuzzy_header_compiled_still_gives_charset_and_plural_rule() -> None:
    catalogue = read("#, fuzzy\n" + HEADER + 'msgid "a"\nmsgstr "ä"\n')
    assert catalogue.gettext("a") == "ä"
    assert catalogue.charset() == "UTF-8"


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        ('"stray"\n', 1, "without a keyword"),
        ("msgid unquoted\n", 1, "quoted"),
        ('msgid "a\n', 1, "quoted"),
        ('msgid "a"\n\nmsgid "b"\nmsgstr "B"\n', 3, "twice"),
        ('msgid "a"\n', 1, "without msgstr"),
        ('msgstr "A"\n', 1, "without msgid"),
        ('msgid "a"\nmsgid_plural "as"\nmsgstr[1] "A"\n', 1, "numbered"),
        ('msgid "a"\nmsgstr[x] "A"\n', 2, "number"),
        ('domain "x"\n', 1, "unknown keyword"),
        ('msgid "a"\nmsgstr "A"\nmsgid "a"\nmsgstr "B"\n', 3, "line 1"),
    ],
)
def test_broken_catalogue_parsed_names_line_and_reason(body: str, line: int, why: str) -> None:
    with pytest.raises(compiler.CatalogueError, match=f"de.po:{line}: .*{why}"):
        compiler.parse(body, name="de.po")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@settings(max_examples=60, deadline=None)
@given(
    plain=st.dictionaries(st.tuples(st.none() | texts, texts), texts, max_size=8),
    plural=st.dictionaries(texts, st.tuples(texts, texts, texts), max_size=4),
)
def test_any_catalogue_compiled_reads_back_equal(
    plain: dict[tuple[str | None, str], str], plural: dict[str, tuple[str, str, str]]
) -> None:
    file = polib.POFile(wrapwidth=40)
    file.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for (context, singular), translation in plain.items():
        file.append(polib.POEntry(msgctxt=context, msgid=singular, msgstr=translation))
    plural = {singular: forms for singular, forms in plural.items() if (None, singular) not in plain}
    for singular, (many, one_text, many_text) in plural.items():
        file.append(polib.POEntry(msgid=singular, msgid_plural=many, msgstr_plural={0: one_text, 1: many_text}))
    catalogue = read(str(file))
    for (context, singular), translation in plain.items():
        found = catalogue.pgettext(context, singular) if context is not None else catalogue.gettext(singular)
        assert found == translation
    for singular, (many, one_text, many_text) in plural.items():
        assert catalogue.ngettext(singular, many, 1) == one_text
        assert catalogue.ngettext(singular, many, 7) == many_text


def test_mo_keys_compiled_are_sorted_for_binary_search() -> None:
    names = ["b", "a", "ä", "Z", "ab"]
    data = compiler.build_mo(compiler.parse(HEADER + "".join(f'msgid "{n}"\nmsgstr "x{n}"\n' for n in names)))
    count, table = struct.unpack_from("<II", data, 8)
    keys = []
    for index in range(count):
        length, start = struct.unpack_from("<II", data, table + 8 * index)
        keys.append(data[start : start + length])
    assert keys == sorted(name.encode() for name in [*names, ""])


def test_script_run_on_a_folder_writes_each_catalogue_once(tmp_path: Path) -> None:
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(HEADER + 'msgid "a"\nmsgstr "ä"\n', encoding="utf-8")
    command = [sys.executable, str(FOLDER / "compile_messages.py"), str(tmp_path)]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert first.stdout == f"compiled {folder / 'django.po'}\n"
    assert second.stdout == ""
    assert gettext.translation("django", tmp_path, ["de"]).gettext("a") == "ä"
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]


def test_script_run_on_a_broken_catalogue_fails_and_keeps_the_old_one(tmp_path: Path) -> None:
    source = tmp_path / "django.po"
    source.with_suffix(".mo").write_bytes(b"old")
    source.write_text('msgid "a"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(FOLDER / "compile_messages.py"), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{source}:1: an entry without msgstr" in done.stderr
    assert source.with_suffix(".mo").read_bytes() == b"old"
