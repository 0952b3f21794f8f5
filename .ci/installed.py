"""What of the machine's own programs the tests need, and installing what is missing.

As root on Debian it installs by apt-get; otherwise it raises with the names of the packages. Starts nothing: see
services.py. Uses only the standard library.
"""

import ctypes.util
import os
import shutil
import subprocess
from pathlib import Path

#: What must be there → the Debian package that brings it.
PROGRAMS = {
    "redis-server": "redis-server",
    "chromium": "chromium",
    "xgettext": "gettext",
}
#: Libraries that WeasyPrint loads at run time for the letters.
LIBRARIES = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


class MissingError(RuntimeError):
    """Something is not there and can't be installed; the text says what to do."""


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs, or None if there are none."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def chromium() -> str:
    """Return the browser's path: ``CHROMIUM`` if set, else the first installed name, else an empty text."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


def missing_packages() -> list[str]:
    """Return the Debian packages of what is not installed."""
    packages = []
    if postgres_programs() is None:
        packages.append("postgresql")
    for program, package in PROGRAMS.items():
        present = chromium() if program == "chromium" else shutil.which(program)
        if not present:
            packages.append(package)
    packages += [package for name, package in LIBRARIES.items() if ctypes.util.find_library(name) is None]
    return packages


def install_missing() -> None:
    """Install what is missing, as root on Debian. Raises: MissingError otherwise, naming the packages."""
    packages = missing_packages()
    if not packages:
        return
    command = "apt-get install " + " ".join(packages)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise MissingError(f"Not installed: {', '.join(packages)}. On Debian, as root: {command}")
    print(f"services: {command}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
