"""The vocabulary is complete: what it says is what the classes take and what the engine's code emits."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards import engine
from rewards.engine.parameters import Entry
from rewards.engine.problems import Problem
from rewards.engine.vocabulary import CONDITIONS, EFFECTS, PROBLEMS, REASONS
from tests.rewards.engine.definitions import entries

SOURCES = sorted(Path(engine.__file__).parent.glob("*.py"))
ENTRIES: dict[str, type[Entry]] = {**CONDITIONS, **EFFECTS}
#: Problems about values that are each in range but do not fit together; no form field can rule them out.
FLAWS = {"one_needed", "range_reversed", "window_empty", "maximum_below_units"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node


def codes(functions: set[str], argument: int) -> set[str]:
    """Return the literal codes that the engine's source hands to these functions."""
    return {
        node.args[argument].value  # type: ignore[attr-defined]  # narrowed by the condition below
        for name, node in calls()
        if name in functions and len(node.args) > argument and isinstance(node.args[argument], ast.Constant)
    }


def test_kinds_of_conditions_and_effects_differ() -> None:
    assert len(ENTRIES) == len(CONDITIONS) + len(EFFECTS)
    assert all(cls.kind == kind for kind, cls in ENTRIES.items())


@pytest.mark.parametrize("kind", ENTRIES)
def test_parameters_are_the_fields_of_the_class(kind: str) -> None:
    cls: Any = ENTRIES[kind]  # dataclasses.fields wants a dataclass, which Entry itself is not

    assert [spec.name for spec in cls.parameters] == [field.name for field in fields(cls)]


def test_every_reason_in_the_source_is_declared_and_every_declared_one_is_used() -> None:
    assert codes({"Reason", "held", "failed"}, 0) == set(REASONS)


def test_every_problem_in_the_source_is_declared_and_every_declared_one_is_used() -> None:
    assert codes({"Problem"}, 1) == set(PROBLEMS)


@pytest.mark.parametrize("kind", ENTRIES)
@given(data=st.data())
@settings(max_examples=30)
def test_values_that_the_parameters_promise_are_accepted(kind: str, data: st.DataObject) -> None:
    raw = data.draw(entries(kind, ENTRIES[kind]))
    problems: list[Problem] = []
    read = ENTRIES[kind].read(raw, path="", problems=problems)

    assert {problem.code for problem in problems} <= FLAWS
    assert (read is None) is bool(problems)
    if read is not None:
        again = ENTRIES[kind].read(read.to_json(), path="", problems=problems)
        assert (again, problems) == (read, [])


def test_engine_neither_divides_nor_holds_a_float_nor_imports_beyond_its_borders() -> None:
    allowed = {"abc", "collections", "dataclasses", "datetime", "enum", "types", "typing", "rewards"}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Div), source
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), source
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert module.split(".")[0] in allowed, source
                assert module.startswith("rewards.engine") or not module.startswith("rewards"), source
            assert not isinstance(node, ast.Import), source
            assert not (isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}), source
