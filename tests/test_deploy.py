"""The production files keep in step with the code: every setting explained, every named file there."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PACKAGES = ("loyalty_site", "members", "fraud", "verification", "rewards")
READERS = {"env_str", "env_bool", "env_int", "env_list", "env_secret", "env_database", "env_email", "_secret"}
#: Read by deploy/web and deploy/compose.yaml, not by Python.
NOT_IN_PYTHON = {"DOMAIN", "POSTGRES_PASSWORD", "WEB_PROCESSES", "WEB_BIND"}
#: Kills a process at a named point, in tests only; it does nothing in production.
ONLY_FOR_TESTS = {"FAULT_POINT"}


def example_keys() -> set[str]:
    """Return the variables of deploy/.env.example, optional ones included."""
    text = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE))


def read_keys() -> Iterator[tuple[str, str]]:
    """Yield (variable, file) for every call of an environment reader with a literal name."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in READERS
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield str(node.args[0].value), str(path.relative_to(ROOT))


def test_every_variable_the_code_reads_is_explained_in_the_example() -> None:
    explained = example_keys() | ONLY_FOR_TESTS
    assert sorted((key, file) for key, file in read_keys() if key not in explained) == []


def test_every_variable_of_the_example_is_read_by_somebody() -> None:
    assert sorted(example_keys() - {key for key, _ in read_keys()} - NOT_IN_PYTHON) == []


def test_every_variable_is_named_in_the_operators_page() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert sorted(key for key in example_keys() if f"`{key}`" not in page) == []


def test_every_variable_that_compose_asks_for_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == {"DOMAIN", "POSTGRES_PASSWORD", "WEB_PROCESSES"}
    assert asked <= example_keys()


def test_settings_of_the_deployment_check_are_ones_an_operator_could_write() -> None:
    text = (ROOT / ".ci" / "production.env").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) <= example_keys()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_unit_starts_files_that_exist(name: str) -> None:
    unit = (DEPLOY / "systemd" / f"stammkarte-{name}.service").read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=/opt/stammkarte/(\S+)", unit, re.MULTILINE)
    assert command in {"deploy/web", ".venv/bin/python"}
    assert command != "deploy/web" or os.access(ROOT / command, os.X_OK)
    (page,) = re.findall(r"^Documentation=file:///opt/stammkarte/(\S+)", unit, re.MULTILINE)
    assert (ROOT / page).is_file()


def test_manage_script_runs_commands_with_the_settings_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "manage"
    script.write_bytes((DEPLOY / "manage").read_bytes())
    script.chmod(0o755)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$DEFAULT_FROM_EMAIL|$VAR_DIR|$PWD|$*"\n')
    python.chmod(0o755)
    settings = tmp_path / "settings.env"
    settings.write_text('DEFAULT_FROM_EMAIL="Stammkarte <karte@example.org>"\n')
    done = subprocess.run(
        [script, "migrate", "--no-input"],
        env={"PATH": os.environ["PATH"], "STAMMKARTE_ENV": str(settings)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (
        f"Stammkarte <karte@example.org>|/var/lib/stammkarte|{tmp_path}|manage.py migrate --no-input\n"
    )
