"""The services of the complete test suite: what is started is private, and nothing stays behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.ci_scripts import FOLDER, load

installed = load("installed")
services = load("services")


def databases(server: Any) -> set[str]:  # Any: the script is loaded by path, so its types are unknown
    with psycopg.connect(server.url("postgres")) as link:
        return {name for (name,) in link.execute("SELECT datname FROM pg_database")}


def test_server_url_for_a_host_names_port_and_password() -> None:
    server = services.Server(user="tests", host="127.0.0.1", port=5433, password="geheim")
    assert server.url("a") == "postgresql://tests:geheim@127.0.0.1:5433/a"


def test_server_url_for_a_socket_quotes_its_folder() -> None:
    server = services.Server(user="me", host="/var/run/postgresql", port=5432)
    assert server.url("a") == "postgresql://me@/a?host=%2Fvar%2Frun%2Fpostgresql"


def test_missing_packages_with_an_empty_path_name_debian_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert {"redis-server", "chromium", "gettext"} <= set(installed.missing_packages())


def test_install_missing_without_root_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(installed.MissingError, match=r"as root: apt-get install .*redis-server"):
        installed.install_missing()


def test_chromium_named_in_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/browser")
    assert installed.chromium() == "/opt/browser"


@pytest.mark.postgres
def test_own_server_gives_a_database_and_drops_it_with_its_test_copies() -> None:
    with services.own_server() as server:
        before = databases(server)
        with services.database(server) as url:
            name = url.rpartition("/")[2]
            with psycopg.connect(server.url("postgres"), autocommit=True) as link:
                link.execute(f'CREATE DATABASE "test_{name}"')
                link.execute(f'CREATE DATABASE "test_{name}_gw0"')
                link.execute('CREATE DATABASE "test_other"')
            assert databases(server) == before | {name, f"test_{name}", f"test_{name}_gw0", "test_other"}
        assert databases(server) == before | {"test_other"}
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url("postgres").replace(server.password, "guess"))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url("postgres"))


@pytest.mark.redis
def test_own_redis_is_empty_and_ends_with_its_block() -> None:
    import redis  # the client; only here

    with services.redis() as url:
        client = redis.Redis.from_url(url)
        assert client.dbsize() == 0
        assert client.config_get("save") == {"save": ""}
    with pytest.raises(redis.exceptions.ConnectionError):
        client.ping()


@pytest.mark.postgres
@pytest.mark.redis
def test_command_run_with_services_sees_them_and_decides_the_exit_code(tmp_path: Path) -> None:
    program = (
        "import os, sys, psycopg, redis\n"
        "name = psycopg.connect(os.environ['DATABASE_URL']).info.dbname\n"
        "redis.Redis.from_url(os.environ['REDIS_URL']).ping()\n"
        "print('in', name); sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, str(FOLDER / "services.py"), "--", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 7, done.stderr
    name = next(line for line in done.stdout.splitlines() if line.startswith("in ")).removeprefix("in ")
    assert name.startswith("stammkarte_test_")
    server = services.usable_server()
    assert server is None or name not in databases(server)
