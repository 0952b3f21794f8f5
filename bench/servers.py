"""Web servers for the length of a run: gunicorn as in production, two sync workers, on the loopback interface.

The product runs as in production (DEBUG off, hashed static files), without TLS and without Redis: bookings do not need
it, and the bare application beside it has none. No setting of the caller's environment gets in.
"""

import contextlib
import http.client
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.postgres import free_port
from bench.processes import children_of, cpu_of, peak_mib

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
START_SECONDS = 60
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


@dataclass(frozen=True, slots=True)
class Web:
    """A running server."""

    port: int
    master: int
    log: Path

    def cpu(self) -> dict[int, float]:
        """Return the CPU of the workers so far."""
        return cpu_of(children_of(self.master))

    def peak_mib(self) -> float | None:
        """Return the peak memory of the larger worker."""
        peaks = [peak for pid in children_of(self.master) if (peak := peak_mib(pid)) is not None]
        return max(peaks, default=None)


def product_environment(*, database_url: str, var: Path) -> dict[str, str]:
    """Return the environment of a production of this run's own."""
    return _base() | {
        "DJANGO_SETTINGS_MODULE": "bench.product",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_hex(32),
        "LEDGER_KEY": secrets.token_hex(32),
        "CARD_CODE_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "BASE_URL": "https://bench.example",
        "SECURE_SSL_REDIRECT": "0",
        "DATABASE_URL": database_url,
        "VAR_DIR": str(var),
    }


def bare_environment(*, database_url: str) -> dict[str, str]:
    """Return the environment of the bare application."""
    return _base() | {
        "DJANGO_SETTINGS_MODULE": "bench.bare.settings",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": database_url,
    }


def call(module: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a module of ours as a process with this environment and return what it printed.

    Raises:
        RuntimeError: it failed; the message holds the end of what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-3000:] or done.stdout[-3000:]}")
    return done.stdout


@contextlib.contextmanager
def gunicorn(application: str, *, environment: Mapping[str, str], log: Path, ready_path: str) -> Iterator[Web]:
    """Run a server and yield it as soon as ``ready_path`` is answered.

    Raises:
        RuntimeError: it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
    command += ["--worker-class", "sync", "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"]
    if Path("/dev/shm").is_dir():  # noqa: S108  # as in deploy/web
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port, ready_path, log)
        yield Web(port=port, master=process.pid, log=log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _base() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONUNBUFFERED": "1"}


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException):
            link.request("GET", path)
            answer = link.getresponse()
            answer.read()
            if answer.status == http.client.OK and len(children_of(process.pid)) >= WORKERS:
                return
        link.close()
        time.sleep(0.1)
    raise RuntimeError(f"the web server did not start:\n{log.read_text(errors='replace')[-3000:]}")
