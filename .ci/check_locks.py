"""Check the lock files: all pinned, all hashed, no host named, and dev a superset of base.

A lock file that names a host would tie every installation to one mirror, or reveal one. Checks
requirements/*.txt for pip and package-lock.json for npm. Resolves nothing and needs no network.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES_A_HOST = re.compile(r"://|--(extra-)?index-url|--find-links|--trusted-host|\s@\s|git\+")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,._-]+\])?==(?P<version>[^\s;\\]+)(\s*;[^\\]*)?\s*\\?$")


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Return (line number, text) of each requirement with its continuation lines joined, comments dropped."""
    lines: list[tuple[int, str]] = []
    is_continued = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if is_continued:
            first, before = lines[-1]
            lines[-1] = (first, before + "\n" + line)
        else:
            lines.append((number, line))
        is_continued = line.endswith("\\")
    return lines


def check_requirements(text: str, *, name: str) -> list[str]:
    """Return what is wrong with a pip lock file, one line each with its place."""
    problems = []
    for number, line in logical_lines(text):
        head = line.partition("\n")[0]
        if NAMES_A_HOST.search(line):
            problems.append(f"{name}:{number}: names a host or an index: {head.strip()}")
        elif not PIN.match(head):
            problems.append(f"{name}:{number}: not pinned to one version: {head.strip()}")
        elif "--hash=sha256:" not in line:
            problems.append(f"{name}:{number}: has no hash: {head.strip()}")
    return problems


def pins(text: str) -> set[tuple[str, str]]:
    """Return the (name, version) pairs of a lock file."""
    found = (PIN.match(line.partition("\n")[0]) for _, line in logical_lines(text))
    return {(match["name"], match["version"]) for match in found if match}


def check_package_lock(text: str, *, name: str) -> list[str]:
    """Return what is wrong with npm's lock file: addresses, or packages without an integrity hash."""
    problems = []
    for path, package in json.loads(text).get("packages", {}).items():
        if "://" in package.get("resolved", ""):
            problems.append(f"{name}: {path} names a host")
        if path and "integrity" not in package:
            problems.append(f"{name}: {path} has no hash")
    return problems


def check(root: Path) -> list[str]:
    """Return everything wrong with the lock files below ``root``."""
    texts = {name: (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in ("base", "dev")}
    problems = [
        problem for name, text in texts.items() for problem in check_requirements(text, name=f"requirements/{name}.txt")
    ]
    for package, version in sorted(pins(texts["base"]) - pins(texts["dev"])):
        problems.append(f"requirements/dev.txt: lacks {package}=={version}, which base.txt has")
    package_lock = root / "package-lock.json"
    if package_lock.exists():
        problems += check_package_lock(package_lock.read_text(encoding="utf-8"), name="package-lock.json")
    return problems


def main() -> int:
    """Print the problems; return 1 if there are any."""
    problems = check(ROOT)
    for problem in problems:
        print(problem)
    print(f"check_locks: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
