"""Start what the complete test suite talks to, run one command with it, and stop it again.

PostgreSQL: an already running one on this machine if a role may create databases there, else an own one in
a temporary folder. Existing databases are never touched: each run makes a database and drops it afterwards.
Redis: always an own one, in a temporary folder and on a free port. Chromium: the installed one.
As root on Debian, missing packages are installed; otherwise the error says which ones to install.
Usage: ``services.py -- COMMAND...``; alone, it prints the exports and waits for Ctrl-C; ``--install`` only
installs. Needs psycopg (the project's virtualenv). For tests only: its PostgreSQL trades durability for speed.
"""

import contextlib
import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from installed import MissingError, chromium, install_missing, postgres_programs
from psycopg import sql

MINIMUM_POSTGRES = 15
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: who connects where. ``url`` names a database on it."""

    user: str
    host: str
    port: int
    password: str = ""

    def url(self, name: str) -> str:
        """Return the URL of a database, in the form that DATABASE_URL has; a host with a slash is a socket."""
        login = f"{self.user}:{self.password}" if self.password else self.user
        if self.host.startswith("/"):
            return f"postgresql://{login}@/{name}?host={quote(self.host, safe='')}"
        return f"postgresql://{login}@{self.host}:{self.port}/{name}"


def free_port() -> int:
    """Return a port that was free a moment ago on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def log_tail(path: Path, lines: int = 20) -> str:
    """Return the last lines of a log for an error message; empty if it was never written."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def accepts_connections(port: int) -> bool:
    """Tell whether something listens on ``port`` of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def accepts_logins(server: Server) -> bool:
    """Tell whether PostgreSQL lets somebody in; it listens a moment before it does."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.url("postgres"), connect_timeout=3):
        return True
    return False


def wait_for(process: subprocess.Popen[bytes], name: str, log: Path, is_ready: Callable[[], bool]) -> None:
    """Return when ``is_ready`` says so. Raises: MissingError if the process ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(0.05)
    raise MissingError(f"{name} did not start:\n{log_tail(log)}")


@contextlib.contextmanager
def running(
    command: list[str],
    *,
    name: str,
    folder: Path,
    is_ready: Callable[[], bool],
    stop: signal.Signals,
    user: str | None = None,
) -> Iterator[None]:
    """Run a server for the length of the block, its output in ``folder``; ``stop`` is its fast, clean end."""
    log = folder / f"{name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            # Ctrl-C is for the tests; the servers end after them.
            start_new_session=True,
        )
    try:
        wait_for(process, name, log, is_ready)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """Run an own Redis that keeps nothing; yield its URL."""
    with tempfile.TemporaryDirectory(prefix="stammkarte-redis-") as name:
        port = free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", name]
        command += ["--save", "", "--appendonly", "no"]
        with running(
            command,
            name="redis",
            folder=Path(name),
            is_ready=lambda: accepts_connections(port),
            stop=signal.SIGTERM,
        ):
            yield f"redis://127.0.0.1:{port}/0"


def usable_server() -> Server | None:
    """Return a running PostgreSQL where a role of this person may create databases, or None."""
    users = dict.fromkeys([pwd.getpwuid(os.geteuid()).pw_name, "postgres"])
    for host in ("127.0.0.1", "/var/run/postgresql"):
        for user in users:
            with (
                contextlib.suppress(psycopg.OperationalError),
                psycopg.connect(host=host, port=5432, user=user, dbname="postgres", connect_timeout=3) as link,
            ):
                row = link.execute(
                    "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
                if row and row[0] and link.info.server_version >= MINIMUM_POSTGRES * 10_000:
                    return Server(user=user, host=host, port=5432)
    return None


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    """Run an own PostgreSQL for the length of the block. Root runs it as user postgres: it refuses root."""
    programs = postgres_programs()
    if programs is None:
        raise MissingError("The PostgreSQL server is not installed.")
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="stammkarte-postgres-") as name:
        folder, password, port = Path(name), secrets.token_hex(16), free_port()
        secret = folder / "password"
        secret.write_text(password)
        if user:
            for path in (folder, secret):
                shutil.chown(path, user, pwd.getpwnam(user).pw_gid)
        subprocess.run(
            [
                *(programs / "initdb", "--pgdata", "data", "--username", "tests", "--pwfile", "password"),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            cwd=folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        command = [str(programs / "postgres"), "-D", "data"]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        server = Server(user="tests", host="127.0.0.1", port=port, password=password)
        with running(
            command,
            name="postgres",
            folder=folder,
            is_ready=lambda: accepts_logins(server),
            stop=signal.SIGINT,
            user=user,
        ):
            yield server


@contextlib.contextmanager
def database(server: Server) -> Iterator[str]:
    """Create a database for this run and yield its URL; drop it afterwards, and the test copy beside it."""
    name = f"stammkarte_test_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url("postgres"), autocommit=True) as link:
            # Django's test runner adds "test_" before the name, and with parallel runs a suffix after it.
            rows = link.execute(
                "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)",
                [name, f"test_{name}"],
            ).fetchall()
            for (found,) in rows:
                link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(found)))


@contextlib.contextmanager
def environment() -> Iterator[dict[str, str]]:
    """Start everything; yield the variables that the tests read."""
    install_missing()
    with contextlib.ExitStack() as stack:
        server = usable_server()
        print(f"services: PostgreSQL: {'the running one' if server else 'an own one'}", flush=True)
        server = server or stack.enter_context(own_server())
        yield {
            "DATABASE_URL": stack.enter_context(database(server)),
            "REDIS_URL": stack.enter_context(redis()),
            "CHROMIUM": chromium(),
        }


def _end(_number: int, _frame: object) -> None:
    """Turn SIGTERM into an orderly exit, so that servers stop and the database goes."""
    raise SystemExit(143)


def main(arguments: list[str]) -> int:
    """Run the command after ``--`` and return its exit code, or wait for Ctrl-C without one."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    signal.signal(signal.SIGTERM, _end)
    try:
        if arguments == ["--install"]:
            install_missing()
            return 0
        with environment() as variables:
            for name, value in variables.items():
                print(f"export {name}={shlex.quote(value)}", flush=True)
            if command:
                return subprocess.run(command, env={**os.environ, **variables}, check=False).returncode
            print("services: ready; Ctrl-C stops them.", flush=True)
            signal.pause()
    except (MissingError, subprocess.CalledProcessError) as error:
        print(f"services: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
