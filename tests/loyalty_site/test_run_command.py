"""``manage.py run`` from port check to clean end, with small real servers in place of web and worker."""

import io
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from loyalty_site.demo.access import CustomerAccess, ShopAccess, StaffAccess, write_access
from loyalty_site.management.commands.run import Command
from members.models import Merchant
from tests import factories

#: A web server that is not ready at first: 503, then 200, remembering in its log what it was asked.
SERVER = (
    "import sys, http.server\n"
    "class Handler(http.server.BaseHTTPRequestHandler):\n"
    "    asked = 0\n"
    "    def do_GET(self):\n"
    "        Handler.asked += 1\n"
    "        print(self.path, self.headers['Host'], flush=True)\n"
    "        self.send_response(200 if Handler.asked > 1 else 503)\n"
    "        self.end_headers()\n"
    "    def log_message(self, *args): pass\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
)
WAITING = "import os, signal; print(os.environ['PORT'], flush=True); signal.pause()"
DYING = "print('out of bread', flush=True); raise SystemExit(3)"


OWNER = StaffAccess(name="Jana Vogt", role="owner", email="jana@example.org", password="brot-und-salz")
MEMBER = CustomerAccess(email="mia@example.org", password="kornblume", card="4DJJ W4FW A05W")
SHOP = ShopAccess(slug="vogt", name="Bäckerei Vogt", staff=(OWNER,), tills=(), cards=(), customer=MEMBER)


class FakeRun(Command):
    """The command with other children and nothing to prepare."""

    children = {"web": SERVER, "worker": WAITING}

    def prepare(self) -> None:
        """Do nothing: the database is another test's subject."""

    def child_commands(self, port: int) -> dict[str, list[str]]:
        """Return the fakes; each is told the port."""
        return {name: [sys.executable, "-c", code, str(port)] for name, code in self.children.items()}


class Screen(io.StringIO):
    """Standard output that presses a key as soon as the addresses are complete."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        """Keep the text; send the signal after the line that offers Ctrl-C."""
        written = super().write(text)
        if "Ctrl-C stops" in text:
            os.kill(os.getpid(), self.number)
        return written


def run(command: Command, folder: Path, port: int, number: signal.Signals = signal.SIGTERM) -> str:
    """Run the command until it is told to stop; return what it printed."""
    screen = Screen(number)
    with pytest.MonkeyPatch.context() as patch, override_settings(VAR_DIR=folder, DEBUG=True):
        patch.setenv("PORT", str(port))
        call_command(command, stdout=screen)
    return screen.getvalue()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_run_until_a_signal_prints_addresses_and_ends_children(
    tmp_path: Path, unused_port: int, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    printed = run(FakeRun(), tmp_path, unused_port, number)
    for path in ("/counter/", "/admin/", "/m/<merchant>/", "/dev/outbox/", "/api/v1/docs"):
        assert f"http://127.0.0.1:{unused_port}{path}" in printed
    assert printed.endswith("Stopped.\n")
    assert (tmp_path / "log" / "web.log").read_text() == "/readyz 127.0.0.1\n/readyz 127.0.0.1\n"
    assert (tmp_path / "log" / "worker.log").read_text() == f"{unused_port}\n"
    assert signal.getsignal(number) == before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", unused_port)) != 0


def test_run_with_a_demo_prints_its_logins(tmp_path: Path, unused_port: int) -> None:
    write_access(path=tmp_path / "demo-access.json", shops=[SHOP])
    printed = run(FakeRun(), tmp_path, unused_port)
    assert f"Bäckerei Vogt   portal: http://127.0.0.1:{unused_port}/m/vogt/" in printed
    assert "owner   Jana Vogt  jana@example.org  brot-und-salz" in printed


def test_run_with_an_unreadable_demo_file_still_runs_and_says_so(tmp_path: Path, unused_port: int) -> None:
    (tmp_path / "demo-access.json").write_text("{")
    assert "is not what seed_demo writes" in run(FakeRun(), tmp_path, unused_port)


def test_run_without_debug_shows_no_logins(tmp_path: Path, unused_port: int) -> None:
    write_access(path=tmp_path / "demo-access.json", shops=[SHOP])
    screen = Screen(signal.SIGTERM)
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(VAR_DIR=tmp_path, DEBUG=False, ALLOWED_HOSTS=[".karte.example.org"]),
    ):
        patch.setenv("PORT", str(unused_port))
        call_command(FakeRun(), stdout=screen)
    assert "vogt" not in screen.getvalue()
    # The health check asks under a host name that the settings allow.
    assert "/readyz karte.example.org" in (tmp_path / "log" / "web.log").read_text()


@pytest.mark.parametrize("dying", ["web", "worker"])
def test_run_with_a_dying_child_ends_the_other_and_shows_its_log(tmp_path: Path, unused_port: int, dying: str) -> None:
    command = FakeRun()
    command.children = {**FakeRun.children, dying: DYING}
    with pytest.raises(CommandError, match=rf"(?s){dying} ended with exit code 3.*out of bread") as caught:
        run(command, tmp_path, unused_port)
    assert caught.value.returncode == 1
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", unused_port)) != 0


def test_run_on_a_taken_port_names_the_way_out_and_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is not free.*PORT={port + 1} make run"):
            run(FakeRun(), tmp_path, port)
    assert not (tmp_path / "log").exists()


def test_run_when_never_ready_shows_every_log(
    tmp_path: Path, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty_site.management.commands.run.READY_SECONDS", 0.0)
    command = FakeRun()
    command.children = {"web": WAITING, "worker": WAITING}
    with pytest.raises(CommandError, match=r"(?s)Not ready after 0 seconds.*web\.log.*worker\.log"):
        run(command, tmp_path, unused_port)


def test_run_interrupted_while_preparing_has_the_shell_exit_code(tmp_path: Path, unused_port: int) -> None:
    class Interrupted(FakeRun):
        def prepare(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(CommandError) as caught:
        run(Interrupted(), tmp_path, unused_port)
    assert caught.value.returncode == 130


class Recorded:
    """Stands for ``call_command``: remembers the commands; ``seed_demo`` makes a merchant, as the real one does."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, name: str, **_options: object) -> None:
        self.names.append(name)
        if name == "seed_demo":
            factories.make_merchant(name="Bäckerei Morgenrot")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Put a recorder in the place of the commands that ``run`` calls."""
    recorder = Recorded()
    monkeypatch.setattr("loyalty_site.management.commands.run.call_command", recorder)
    return recorder


@pytest.mark.django_db(transaction=True)
def test_prepare_seeds_on_the_first_start_only(recorded: Recorded) -> None:
    with override_settings(DEBUG=True):
        Command(stdout=io.StringIO()).prepare()
        Command(stdout=io.StringIO()).prepare()
    assert recorded.names == ["migrate", "createcachetable", "seed_demo", "migrate", "createcachetable"]
    assert Merchant.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_prepare_without_debug_collects_static_files_and_never_seeds(recorded: Recorded) -> None:
    with override_settings(DEBUG=False):
        Command(stdout=io.StringIO()).prepare()
    assert recorded.names == ["migrate", "createcachetable", "collectstatic"]
    assert not Merchant.objects.exists()


def test_child_commands_listen_on_this_machine_only() -> None:
    commands = Command().child_commands(8123)
    assert list(commands) == ["web", "worker"]
    assert commands["web"][commands["web"].index("--bind") + 1] == "127.0.0.1:8123"
    assert commands["worker"][1:] == [str(Path(settings.BASE_DIR) / "manage.py"), "work"]
