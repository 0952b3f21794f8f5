"""Start the whole of Stammkarte on this machine: ``manage.py run``, which ``make run`` calls.

Prepares the database, fills it with demo shops on the very first start, starts the web server and the worker,
waits until they serve, prints where everything is, and ends both together on Ctrl-C or SIGTERM.
Safe to run again: data stay as they are. Reads PORT, DATABASE_URL and REDIS_URL from the environment.
Listens on this machine only. For production see deploy/ and docs/operators.md.
"""

import os
import signal
import socket
import sys
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.http.request import validate_host

from loyalty_site.demo.access import FILE_NAME
from loyalty_site.env import env_int
from loyalty_site.management import demo_access, supervise
from members.models import Merchant

READY_SECONDS = 60.0
GRACE_SECONDS = 10.0
WEB_PROCESSES = 2
#: Smaller than seed_demo's own default, whose months of bookings take a minute of their own: whoever starts
#: Stammkarte for the first time should see it within that minute.
FIRST_DEMO = {"members": 200, "days": 120}


class Command(BaseCommand):
    """Start web and worker together. See the module's docstring."""

    help = "Start web and worker on this machine, with demo shops on the first start. Ctrl-C ends both."

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's own signature
        """Prepare, start, wait, print, watch, stop.

        Raises: CommandError if the port is taken, a child dies or does not become ready (exit code 1), or if
        preparing is interrupted (exit code 130).
        """
        port = env_int("PORT", 8000, minimum=1, maximum=65_535)
        self.require_free_port(port)
        try:
            self.prepare()
        except KeyboardInterrupt:
            raise CommandError("Stopped while preparing; the next start goes on.", returncode=130) from None
        stopping = Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopping.set()

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, stop) for number in signals}
        children: list[supervise.Child] = []
        try:
            for name, command in self.child_commands(port).items():
                children.append(self.start_child(name, command, port))
            self.watch_over(children, port=port, stopping=stopping)
        finally:
            supervise.stop_all(children, grace_seconds=GRACE_SECONDS)
            for number, handler in before.items():
                signal.signal(number, handler)
        self.stdout.write("Stopped.")

    def require_free_port(self, port: int) -> None:
        """Raise CommandError with the way out if something listens on ``port`` already."""
        with socket.socket() as probe:
            # As the server does: a port in TIME_WAIT after a restart is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} is not free ({error.strerror}). Choose another: PORT={port + 1} make run"
                ) from error

    def prepare(self) -> None:
        """Bring the database up to date, seed the demo if there is no merchant yet, collect static files."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        # Only with DEBUG: demo logins have no business in an installation that real people use.
        if settings.DEBUG and not Merchant.objects.exists():
            self.stdout.write("First start: making the demo shops …")
            call_command("seed_demo", stdout=self.stdout, **FIRST_DEMO)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        # The children open their own.
        connections.close_all()

    def child_commands(self, port: int) -> dict[str, list[str]]:
        """Return the command line of each child by its name."""
        manage = str(settings.BASE_DIR / "manage.py")
        web = [sys.executable, "-m", "gunicorn", "loyalty_site.wsgi:application"]
        web += ["--bind", f"127.0.0.1:{port}", "--workers", str(WEB_PROCESSES), "--worker-class", "sync"]
        # No control socket: it would be shared by every installation of the same person.
        web += ["--graceful-timeout", str(int(GRACE_SECONDS) - 2), "--no-control-socket"]
        return {"web": web, "worker": [sys.executable, manage, "work"]}

    def start_child(self, name: str, command: list[str], port: int) -> supervise.Child:
        """Start one child with this process's environment and its log below ``var/log/``."""
        env = {**os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        log = settings.VAR_DIR / "log" / f"{name}.log"
        return supervise.start(name, command, log=log, env=env, cwd=settings.BASE_DIR)

    def watch_over(self, children: list[supervise.Child], *, port: int, stopping: Event) -> None:
        """Wait for readiness, print the addresses, watch until told to stop. Raises: CommandError."""
        host = "127.0.0.1"
        if not validate_host(host, settings.ALLOWED_HOSTS):
            host = settings.ALLOWED_HOSTS[0].lstrip(".")
        outcome = supervise.wait_until_ready(
            children,
            is_ready=lambda: supervise.answers(port=port, path="/readyz", host=host),
            stopping=stopping,
            timeout_seconds=READY_SECONDS,
        )
        if outcome is supervise.Readiness.TIMED_OUT:
            tails = "\n".join(f"--- {child.log}\n{child.tail()}" for child in children)
            raise CommandError(f"Not ready after {READY_SECONDS:.0f} seconds.\n{tails}")
        if outcome is supervise.Readiness.READY:
            self.print_addresses(port)
        dead = supervise.first_dead(children) or supervise.watch(children, stopping=stopping)
        if dead is not None and not stopping.is_set():
            raise CommandError(
                f"{dead.name} ended with exit code {dead.process.returncode}.\n--- {dead.log}\n{dead.tail()}"
            )

    def print_addresses(self, port: int) -> None:
        """Print every face's address and, where there is a demo, its logins."""
        base = f"http://127.0.0.1:{port}"
        lines = [
            "",
            f"Stammkarte runs: {base}/",
            f"  counter   {base}/counter/",
            f"  owner     {base}/admin/",
            f"  portal    {base}/m/<merchant>/",
            f"  outbox    {base}/dev/outbox/   (every e-mail, SMS, WhatsApp and letter of this machine)",
            f"  API docs  {base}/api/v1/docs",
        ]
        path = settings.VAR_DIR / FILE_NAME
        try:
            shops = demo_access.read_demo_access(path) if settings.DEBUG else ()
        except demo_access.DemoAccessError as error:
            lines += ["", str(error)]
        else:
            lines += demo_access.describe(shops, base_url=base)
        lines += ["", f"Logs: {settings.VAR_DIR / 'log'}/   Ctrl-C stops web and worker.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
