"""The PostgreSQL that is measured: a server that keeps its promises, with databases of this run alone.

The server of DATABASE_URL is taken, else one on this machine, but only where ``fsync`` is on: the servers that tests
get trade durability for speed, and an award that a power cut may lose is no award. Otherwise an own server runs for
the length of the measurement, with its defaults. Databases are made and dropped by name; others are never touched.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class NoServer(RuntimeError):
    """There is no PostgreSQL to measure; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server, by the address of some database on it. ``description`` holds no address."""

    url: str
    description: str

    def url_of(self, name: str) -> str:
        """Return the address of another database on it."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def backends(self, name: str) -> list[int]:
        """Return the pids of the processes that serve clients of a database, but this one."""
        with psycopg.connect(self.url, autocommit=True) as link:
            rows = link.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()",
                [name],
            ).fetchall()
        return [int(pid) for (pid,) in rows]


@contextlib.contextmanager
def server(url: str) -> Iterator[Server]:
    """Yield the server at ``url`` (may be empty), one on this machine, or an own one, the first that is durable.

    Raises:
        NoServer: none of them.
    """
    for candidate in [url, *_local_urls()]:
        found = _described(candidate)
        if found is not None:
            yield found
            return
    with own_server() as own:
        found = _described(own, "an own one with its defaults")
        if found is None:
            raise NoServer("The own PostgreSQL is not durable; look into its configuration.")
        yield found


@contextlib.contextmanager
def database(where: Server, purpose: str) -> Iterator[str]:
    """Make an empty database, yield its name, drop it."""
    name = f"stammkarte_bench_{purpose}_{os.getpid()}_{secrets.token_hex(3)}"
    with psycopg.connect(where.url, autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        link.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(sql.Identifier(name)))
    try:
        yield name
    finally:
        with psycopg.connect(where.url, autocommit=True) as link:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def own_server() -> Iterator[str]:
    """Run an own PostgreSQL and yield an address on it. As root it runs as user postgres: it refuses root."""
    programs = _programs()
    if programs is None:
        raise NoServer("No durable PostgreSQL was found, and none is installed (Debian: apt-get install postgresql).")
    user = "postgres" if os.geteuid() == 0 else None
    group = pwd.getpwnam(user).pw_gid if user else None
    with tempfile.TemporaryDirectory(prefix="stammkarte-bench-postgres-") as name:
        folder, password = Path(name), secrets.token_hex(16)
        (folder / "password").write_text(password, encoding="ascii")
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user, group)
        port = free_port()

        def call(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(programs / program), "-D", "data", *arguments],
                cwd=folder,
                user=user,
                group=group,
                extra_groups=[] if user else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )

        call("initdb", "--username", "bench", "--pwfile", "password", "--auth", "scram-sha-256", "--no-sync")
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        call("pg_ctl", "--wait", "--log", "log", "--options", options, "start")
        try:
            yield f"postgresql://bench:{password}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "--wait", "--mode", "fast", "stop")


def free_port() -> int:
    """Return a port that was free a moment ago on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _local_urls() -> list[str]:
    user = pwd.getpwuid(os.geteuid()).pw_name
    hosts = ("127.0.0.1", "%2Fvar%2Frun%2Fpostgresql")
    return [f"postgresql://{name}@{host}/postgres" for host in hosts for name in dict.fromkeys([user, "postgres"])]


def _described(url: str, who: str = "a running one") -> Server | None:
    """Return the server if databases may be made there and what it confirms is on disk."""
    if not url.startswith(("postgresql://", "postgres://")):
        return None
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=3) as link:
            may = link.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            settings = {
                name: link.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
                for name in ("server_version", "fsync", "shared_buffers")
            }
    except psycopg.OperationalError:
        return None
    shown = {name: str(row[0]) if row else "" for name, row in settings.items()}
    if may is None or not may[0] or shown["fsync"] != "on":
        return None
    text = f"PostgreSQL {shown['server_version'].split()[0]} ({who}), fsync on, synchronous_commit on, "
    return Server(url=url, description=f"{text}shared_buffers {shown['shared_buffers']}")


def _programs() -> Path | None:
    """Return the folder of the newest server programs, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
