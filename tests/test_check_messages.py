"""The completeness check of the German catalogue: what it finds, and what updating keeps."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests.ci_scripts import FOLDER, load

messages = load("check_messages")

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext")


def entry(msgid: str, msgstr: str = "", **rest: object) -> polib.POEntry:
    return polib.POEntry(msgid=msgid, msgstr=msgstr, occurrences=[("templates/a.html", "7")], **rest)


def found(extracted: list[polib.POEntry], catalogue: list[polib.POEntry]) -> list[tuple[str, str]]:
    """Return (kind, text) of every problem between the two lists of entries."""
    source, target = polib.POFile(), polib.POFile()
    source.extend(extracted)
    target.extend(catalogue)
    return [(problem.kind, problem.text) for problem in messages.compare(source, target, name="de.po")]


def test_complete_catalogue_compared_has_no_problem() -> None:
    plural = {"msgid_plural": "%d stamps"}
    assert (
        found(
            [entry("Redeem"), entry("One stamp", **plural), entry("Open", msgctxt="state")],
            [
                entry("Redeem", "Einlösen"),
                entry("One stamp", **plural, msgstr_plural={0: "Ein Stempel", 1: "%d Stempel"}),
                entry("Open", "Offen", msgctxt="state"),
            ],
        )
        == []
    )


def test_missing_text_compared_names_its_place_in_the_code() -> None:
    source = polib.POFile()
    source.append(entry("Redeem"))
    problems = messages.compare(source, polib.POFile(), name="de.po")
    assert [str(problem) for problem in problems] == ["templates/a.html:7: not translated: 'Redeem'"]


@pytest.mark.parametrize(
    "present",
    [
        entry("One", ""),
        entry("One", "Eins", msgctxt="other"),
        entry("One", msgid_plural="Many", msgstr_plural={0: "Eins", 1: "Viele"}),
    ],
)
def test_text_present_in_another_form_only_is_missing(present: polib.POEntry) -> None:
    assert ("not translated", "One") in found([entry("One")], [present])


@pytest.mark.parametrize("forms", [{}, {0: "Eins"}, {0: "Eins", 1: ""}])
def test_plural_with_a_form_missing_is_not_translated(forms: dict[int, str]) -> None:
    source = entry("One", msgid_plural="Many")
    assert found([source], [entry("One", msgid_plural="Many", msgstr_plural=forms)]) == [("not translated", "One")]


def test_fuzzy_unused_and_obsolete_entries_compared_are_problems() -> None:
    assert found(
        [entry("a")],
        [entry("a", "A", flags=["fuzzy"]), entry("b", "B"), entry("c", "C", obsolete=True)],
    ) == [("fuzzy", "a"), ("unused", "b"), ("unused", "c")]


@pytest.mark.parametrize(
    ("source", "translation", "fits"),
    [
        ("Hello %(name)s", "Hallo %(name)s", True),
        ("Hello %(name)s", "Hallo %(nmae)s", False),
        ("Hello {name}", "Hallo", False),
        ("%s of %s", "%s von", False),
        ("80 % reached", "80 % erreicht", True),
    ],
)
def test_placeholders_compared_must_be_the_same(source: str, translation: str, fits: bool) -> None:
    expected = [] if fits else [("placeholders differ", source)]
    assert found([entry(source)], [entry(source, translation)]) == expected


@pytest.mark.parametrize(
    ("one", "many", "fits"),
    [
        ("Ein Stempel", "%(n)s Stempel", True),
        ("%(n)s Stempel", "%(n)s Stempel", True),
        ("Ein Stempel", "Viele Stempel", False),
        ("%(m)s Stempel", "%(n)s Stempel", False),
    ],
)
def test_plural_placeholders_compared_may_lack_only_in_the_singular(one: str, many: str, fits: bool) -> None:
    rest = {"msgid_plural": "%(n)s stamps"}
    expected = [] if fits else [("placeholders differ", "One stamp")]
    target = entry("One stamp", **rest, msgstr_plural={0: one, 1: many})
    assert found([entry("One stamp", **rest)], [target]) == expected


def test_update_keeps_translations_and_drops_unused_texts() -> None:
    source, target = polib.POFile(), polib.POFile()
    source.extend([entry("b"), entry("a"), entry("One", msgid_plural="Many")])
    target.extend([entry("a", "A"), entry("gone", "weg")])
    updated = messages.update(source, target)
    assert [(item.msgid, item.msgstr) for item in updated] == [("One", ""), ("a", "A"), ("b", "")]
    assert updated[0].msgstr_plural == {0: "", 1: ""}
    assert "#: templates/a.html\n" in str(updated)


def test_fill_gives_gaps_their_text_and_leaves_the_rest() -> None:
    target = polib.POFile()
    target.extend(
        [
            entry("a", "A"),
            entry("b"),
            entry("Open", msgctxt="state"),
            entry("One", msgid_plural="Many", msgstr_plural={0: "", 1: ""}),
            entry("c"),
        ]
    )
    translations = {
        "a": "X",
        "b": "B",
        "state\x04Open": "Offen",
        "One": ["Eins", "Viele"],
        "c": ["no", "plural"],
    }
    assert messages.fill(target, translations) == 3
    assert [item.msgstr for item in target] == ["A", "B", "Offen", "", ""]
    assert target[3].msgstr_plural == {0: "Eins", 1: "Viele"}


@needs_gettext
def test_extraction_reads_templates_and_code_without_touching_the_tree(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text('{% load i18n %}\n\n{% translate "Redeem" %}\n')
    (tmp_path / "members").mkdir()
    (tmp_path / "members" / "a.py").write_text('from django.utils.translation import gettext as _\n_("Card")\n')
    before = sorted(tmp_path.rglob("*"))
    extracted = messages.extract(tmp_path)
    assert {item.msgid: item.occurrences for item in extracted} == {
        "Card": [("members/a.py", "2")],
        "Redeem": [("templates/a.html", "3")],
    }
    assert sorted(tmp_path.rglob("*")) == before


@needs_gettext
def test_script_with_write_and_translations_completes_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    script = shutil.copy(FOLDER / "check_messages.py", tmp_path / ".ci")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text('{% load i18n %}{% translate "Redeem" %}')
    (tmp_path / "de.json").write_text(json.dumps({"Redeem": "Einlösen"}))
    command = [sys.executable, script]

    before = subprocess.run(command, capture_output=True, text=True, check=False)
    assert before.returncode == 1
    assert "templates/a.html:1: not translated: 'Redeem'" in before.stdout
    assert not (tmp_path / "locale").exists()

    subprocess.run([*command, "--write", "--from", str(tmp_path / "de.json")], check=True, capture_output=True)
    catalogue = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po"
    assert 'msgid "Redeem"\nmsgstr "Einlösen"\n' in catalogue.read_text(encoding="utf-8")
    assert "Plural-Forms: nplurals=2" in catalogue.read_text(encoding="utf-8")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_script_without_gettext_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "check_messages.py")],
        env={"PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "apt-get install gettext" in done.stderr
