"""Starts real worker processes for the tests, with the database and Redis that a test names."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

WORKER = ["-m", "tests.loyalty_site.worker_process"]
MANAGE = ["manage.py"]


def database_url_of_tests() -> str:
    """Return the address of the database that this test runs on (PostgreSQL)."""
    parts: Mapping[str, Any] = connection.settings_dict  # Any: Django's own shape
    login = quote(parts["USER"]) + (f":{quote(parts['PASSWORD'])}" if parts["PASSWORD"] else "")
    port = f":{parts['PORT']}" if parts["PORT"] else ""
    host = parts["HOST"]
    if host.startswith("/"):
        return f"postgresql://{login}@/{parts['NAME']}?host={quote(host, safe='')}"
    return f"postgresql://{login}@{host}{port}/{parts['NAME']}"


def environment(folder: Path, database_url: str, **variables: str) -> dict[str, str]:
    """Return a development environment of its own, below ``folder``."""
    own = {"DATABASE_URL": database_url, "VAR_DIR": str(folder), "DEBUG": "1", "EMAIL_URL": "outbox:"}
    return {**os.environ, "REDIS_URL": "", "FAULT_POINT": "", "LOG_LEVEL": "INFO", **own, **variables}


def start(program: list[str], *arguments: str, env: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start a process and return it."""
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=settings.BASE_DIR,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(program: list[str], *arguments: str, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a process to its end and return what came of it."""
    process = start(program, *arguments, env=env)
    stdout, stderr = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def log_lines(stderr: str) -> list[dict[str, Any]]:  # Any: parsed JSON
    """Return the log lines; fails for a line that is no JSON."""
    return [json.loads(line) for line in stderr.splitlines()]
