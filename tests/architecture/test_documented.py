"""Every module and every public function, class and method of the product says what it is for."""

import ast
from pathlib import Path

from tests.architecture.sources import ROOT, source_files

#: Django calls these by fixed names with fixed meanings.
OVERRIDES = {"Meta", "clean", "save", "ready"}
LONGEST_FILE = 400
ALL = [*source_files(), *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_module_has_a_docstring() -> None:
    bare = [_name(p) for p in ALL if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert bare == []


def _undocumented(path: Path) -> list[str]:
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    while scopes:
        scope = scopes.pop()
        scope_is_private = isinstance(scope, ast.ClassDef) and scope.name.startswith("_")
        for node in scope.body:
            if isinstance(node, ast.ClassDef):
                scopes.append(node)
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                private = node.name.startswith("_") or node.name in OVERRIDES or scope_is_private
                if not private and not ast.get_docstring(node):
                    found.append(f"{_name(path)}:{node.lineno} {node.name}")
    return found


def test_every_public_function_and_class_has_a_docstring() -> None:
    assert [line for path in source_files() for line in _undocumented(path)] == []


def test_no_file_outgrows_its_subject() -> None:
    long = [
        f"{_name(p)}: {n}" for p in source_files()
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]  # fmt: skip
    assert long == []


def test_no_module_is_called_by_a_name_that_says_nothing() -> None:
    vague = {"utils", "helpers", "common", "misc", "tools"}
    assert [_name(p) for p in source_files() if p.stem in vague or vague & set(p.parts)] == []
