"""The lock files' check: what counts as pinned, hashed and free of hosts, and that ours are."""

import json

import pytest

from tests.ci_scripts import load

locks = load("check_locks")

GOOD = (
    "# made by a resolver, see https://example.org\n"
    "django==5.2.19 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via -r requirements/base.in\n"
    "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:22\n"
    "psycopg[binary,pool]==3.3.9 \\\n    --hash=sha256:33\n"
)


def test_good_lock_checked_has_no_problem() -> None:
    assert locks.check_requirements(GOOD, name="base.txt") == []


def test_pins_read_are_name_and_version() -> None:
    assert locks.pins(GOOD) == {("django", "5.2.19"), ("numpy", "2.4.6"), ("psycopg", "3.3.9")}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("--index-url https://mirror.example.org/simple", "names a host"),
        ("--extra-index-url file:///srv/simple", "names a host"),
        ("--find-links /srv/wheels", "names a host"),
        ("thing @ https://example.org/thing.whl \\\n    --hash=sha256:00", "names a host"),
        ("git+ssh://example.org/thing.git", "names a host"),
        ("thing>=1 \\\n    --hash=sha256:00", "not pinned"),
        ("thing==1", "has no hash"),
    ],
)
def test_bad_line_checked_is_named_with_its_place(line: str, why: str) -> None:
    (problem,) = locks.check_requirements(GOOD + line + "\n", name="base.txt")
    assert problem.startswith(f"base.txt:{len(GOOD.splitlines()) + 1}: ")
    assert why in problem


def test_package_lock_with_addresses_or_without_hashes_is_reported() -> None:
    packages = {
        "": {"name": "stammkarte"},
        "node_modules/good": {"version": "1", "integrity": "sha512-x"},
        "node_modules/host": {"integrity": "sha512-x", "resolved": "https://example.org/host.tgz"},
        "node_modules/bare": {"version": "1"},
    }
    assert locks.check_package_lock(json.dumps({"packages": packages}), name="package-lock.json") == [
        "package-lock.json: node_modules/host names a host",
        "package-lock.json: node_modules/bare has no hash",
    ]


def test_own_lock_files_are_clean() -> None:
    assert locks.check(locks.ROOT) == []
