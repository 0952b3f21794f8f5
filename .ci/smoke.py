"""Start the product as a newcomer does, look at every face, stop it, and start it a second time.

Runs ``make run`` twice on a free port with an empty data folder (VAR_DIR), so nothing of the working copy is
touched. Checks that the demo is made once and kept, that each address printed answers, that it ends cleanly on
SIGTERM, and prints how long both starts took. Uses only the standard library. Usage: ``smoke.py``.
"""

import contextlib
import http.client
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Limits against hanging, not measurements: the first start also makes the demo.
START_SECONDS = 180
STOP_SECONDS = 20
#: What an anonymous visitor gets: the page itself, or the way to its login. The counter answers a device that is
#: not paired yet with the pairing page and 403.
EXPECTED = {
    "/livez": {200},
    "/readyz": {200},
    "/": {200, 302},
    "/counter/": {403},
    "/admin/": {200, 302},
    "/dev/outbox/": {200, 302},
    "/api/v1/docs": {200},
    "/api/v1/openapi.json": {200},
}


class SmokeError(RuntimeError):
    """The product did not do what a newcomer expects; the text says what."""


def free_port() -> int:
    """Return a port that was free a moment ago on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_until_ready(process: subprocess.Popen[bytes], deadline: float) -> str:
    """Return what the process prints up to the line that offers Ctrl-C. Raises: SmokeError."""
    assert process.stdout is not None  # noqa: S101  # opened as a pipe below
    printed = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(timeout=max(0.0, deadline - time.monotonic())):
            # Past Python's buffer, which would hide from the selector what it has read already.
            part = os.read(process.stdout.fileno(), 65_536)
            printed += part
            if b"Ctrl-C" in printed:
                return printed.decode()
            if not part:
                raise SmokeError(f"make run ended (exit code {process.wait()}):\n{printed.decode()}")
    raise SmokeError(f"not ready within {START_SECONDS} seconds:\n{printed.decode()}")


def status(port: int, path: str) -> int:
    """Return the status of a GET on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def check_faces(port: int, printed: str) -> None:
    """Ask every face, and the portal of every demo shop that was printed. Raises: SmokeError."""
    shops = re.findall(r"portal: \S+?(/m/[a-z0-9-]+/)$", printed, re.MULTILINE)
    if not shops:
        raise SmokeError(f"no demo shop was printed:\n{printed}")
    for path, allowed in {**EXPECTED, **{shop: {200, 302} for shop in shops}}.items():
        found = status(port, path)
        if found not in allowed:
            raise SmokeError(f"GET {path} answered {found}, expected {sorted(allowed)}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End make and what it started, also after a failed check: politely first, since run ends its children."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def start_and_stop(folder: Path) -> tuple[float, str]:
    """Run ``make run`` once, look at it, end it; return the seconds until ready and what it printed."""
    port, begin = free_port(), time.monotonic()
    environment = {**os.environ, "VAR_DIR": str(folder), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "BASE_URL", "ALLOWED_HOSTS"):
        environment.pop(name, None)
    process = subprocess.Popen(
        ["make", "run"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        printed = read_until_ready(process, begin + START_SECONDS)
        seconds = time.monotonic() - begin
        check_faces(port, printed)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=STOP_SECONDS)
        if b"Stopped." not in rest:
            raise SmokeError(f"did not stop cleanly:\n{rest.decode()}")
        return seconds, printed
    except subprocess.TimeoutExpired:
        raise SmokeError(f"still running {STOP_SECONDS} seconds after SIGTERM") from None
    finally:
        end(process)


def main() -> int:
    """Start twice; return 0 if both starts were as they should be."""
    # A time limit's SIGTERM must end what was started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="stammkarte-smoke-") as name:
        try:
            first, printed_first = start_and_stop(Path(name))
            second, printed_second = start_and_stop(Path(name))
        except SmokeError as error:
            print(f"smoke: {error}", file=sys.stderr)
            return 1
    if "making the demo" not in printed_first or "making the demo" in printed_second:
        print("smoke: the demo must be made on the first start and only then", file=sys.stderr)
        return 1
    print(f"smoke: ready after {first:.1f} s at the first start, {second:.1f} s at the second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
