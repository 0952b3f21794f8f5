"""What the bench reads of processes, and what it hands to those it starts."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bench.access import Access, Device
from bench.postgres import Server
from bench.processes import children_of, cpu_of, peak_mib, spent
from bench.servers import bare_environment, product_environment

URL = "postgresql://bench:secret@127.0.0.1:5433/some"


def test_product_environment_takes_no_setting_of_the_caller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    monkeypatch.setenv("SECRET_KEY", "of somebody else")
    found = product_environment(database_url=URL, var=tmp_path)
    assert "REDIS_URL" not in found
    assert found["SECRET_KEY"] != "of somebody else"
    assert (found["DEBUG"], found["DATABASE_URL"], found["VAR_DIR"]) == ("0", URL, str(tmp_path))
    assert "REDIS_URL" not in bare_environment(database_url=URL)


def test_server_names_another_database_on_the_same_server() -> None:
    assert Server(URL, "").url_of("other") == "postgresql://bench:secret@127.0.0.1:5433/other"
    socket = Server("postgresql://root@/some?host=%2Fvar%2Frun%2Fpostgresql", "")
    assert socket.url_of("other") == "postgresql://root@/other?host=%2Fvar%2Frun%2Fpostgresql"


def test_access_is_read_back_as_written_and_is_private(tmp_path: Path) -> None:
    path, access = tmp_path / "access.json", Access(("key",), (Device("a=1", "token"),), ("1", "2"))
    access.write(path)
    assert Access.read(path) == access
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {"keys", "devices", "numbers"}


def test_spent_counts_growth_and_newcomers_only() -> None:
    assert spent({1: 2.0, 2: 5.0}, {1: 2.5, 3: 0.25}) == 0.75
    assert spent({1: 2.0}, {}) is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_is_found_with_its_cpu_and_memory() -> None:
    with subprocess.Popen([sys.executable, "-c", "print('here', flush=True); input()"], stdin=-1, stdout=-1) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"here\n"
        assert child.pid in children_of(os.getpid())
        assert cpu_of([child.pid]).keys() == {child.pid}
        assert (peak_mib(child.pid) or 0) > 1
        child.kill()
    assert cpu_of([child.pid]) == {}
    assert peak_mib(child.pid) is None
