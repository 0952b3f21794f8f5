"""The virtualenv's maker: which Python it takes, and when it installs. A fake Python records what it is asked."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci_scripts import FOLDER

TOOLS = ("bash", "env", "dirname", "cat", "rm", "mkdir", "touch")
#: Answers version questions as it is told, makes a virtualenv of itself, and notes what pip is asked to install.
FAKE_PYTHON = """#!{bash}
case "$*" in
    "-c import sys"*) exit {too_old} ;;
    "-c import ensurepip"*) exit {no_venv} ;;
    "--version") echo "Python 3.11.7" ;;
    "-m venv --clear .venv")
        rm -rf .venv && mkdir -p .venv/bin && touch .venv/bin/pip
        cat "$0" >.venv/bin/python && chmod +x .venv/bin/python ;;
    "-m pip"*) echo "$*" >>pip.log; exit ${{PIP_FAILS:-0}} ;;
    *) exec {python} "$@" ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script, two lock files, and a PATH folder that holds only what the script may use."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(FOLDER / "bootstrap", tmp_path / ".ci")
    (tmp_path / "requirements").mkdir()
    for name in ("base", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}\n")
    (tmp_path / "bin").mkdir()
    for tool in (*TOOLS, "chmod"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    return tmp_path


def put_python(project: Path, name: str, *, too_old: int = 0, no_venv: int = 0) -> None:
    path = project / "bin" / name
    path.write_text(
        FAKE_PYTHON.format(bash=shutil.which("bash"), python=sys.executable, too_old=too_old, no_venv=no_venv)
    )
    path.chmod(0o755)


def bootstrap(project: Path, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / ".ci" / "bootstrap", name],
        env={"PATH": str(project / "bin"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def installed(project: Path) -> list[str]:
    """Return the lock files that pip was asked to install, in order."""
    log = project / "pip.log"
    lines = log.read_text().splitlines() if log.exists() else []
    assert all("--require-hashes" in line for line in lines)
    return [line.rpartition(" ")[2] for line in lines]


def test_bootstrap_without_python_says_what_to_install(project: Path) -> None:
    done = bootstrap(project, "base")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (project / ".venv").exists()


def test_bootstrap_with_an_old_python_says_what_to_install(project: Path) -> None:
    put_python(project, "python3", too_old=1)
    done = bootstrap(project, "base")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_bootstrap_with_a_python_without_venv_names_the_package(project: Path) -> None:
    put_python(project, "python3", no_venv=1)
    done = bootstrap(project, "base")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_bootstrap_prefers_python_3_11_and_falls_back_to_python3(project: Path) -> None:
    put_python(project, "python3.11", too_old=1)
    put_python(project, "python3")
    assert bootstrap(project, "base").returncode == 0
    assert installed(project) == ["requirements/base.txt"]


def test_bootstrap_installs_again_only_when_the_lock_changes(project: Path) -> None:
    put_python(project, "python3.11")
    bootstrap(project, "base")
    assert bootstrap(project, "base").stderr == ""
    (project / "requirements" / "base.txt").write_text("other\n")
    bootstrap(project, "base")
    assert installed(project) == ["requirements/base.txt"] * 2


def test_bootstrap_of_dev_covers_base(project: Path) -> None:
    put_python(project, "python3.11")
    bootstrap(project, "dev")
    bootstrap(project, "base")
    assert installed(project) == ["requirements/dev.txt"]


def test_bootstrap_after_a_failed_installation_tries_again(project: Path) -> None:
    put_python(project, "python3.11")
    assert bootstrap(project, "base", PIP_FAILS="1").returncode == 1
    assert bootstrap(project, "base").returncode == 0
    assert installed(project) == ["requirements/base.txt"] * 2


def test_bootstrap_with_half_a_virtualenv_makes_it_anew(project: Path) -> None:
    put_python(project, "python3.11")
    bootstrap(project, "base")
    (project / ".venv" / "bin" / "pip").unlink()
    assert bootstrap(project, "base").returncode == 0
    assert (project / ".venv" / "bin" / "pip").exists()
    assert installed(project) == ["requirements/base.txt"] * 2
