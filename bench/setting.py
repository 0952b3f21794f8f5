"""Makes everything that a run measures, and takes it away again: databases, shops, servers, scratch folder."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import pgbench, postgres, servers
from bench.measure import Bench, Stand
from bench.plan import Place
from bench.results import Statements

SCRATCH = servers.ROOT / "bench" / "run"
PRODUCTS = (Place.POSTGRES, Place.SQLITE)
#: Where each web server says that it serves.
_READY = {Place.BARE: "/ping", Place.POSTGRES: "/readyz", Place.SQLITE: "/readyz"}
_APPLICATIONS = {
    Place.BARE: "bench.bare.wsgi:application",
    Place.POSTGRES: "loyalty_site.wsgi:application",
    Place.SQLITE: "loyalty_site.wsgi:application",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is there, and what was counted while it was made. ``environments``: of the products, for later calls."""

    bench: Bench
    environments: dict[Place, dict[str, str]]
    statements: dict[str, Statements]
    bare_statements: dict[str, int]


@contextlib.contextmanager
def made(*, database_url: str, members: int, tell: Callable[[str], None]) -> Iterator[Setting]:
    """Make everything for the length of the block; ``tell`` hears what is being done.

    Raises:
        NoServer: there is no PostgreSQL to measure.
        RuntimeError: a part could not be made; the message says which.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_scratch())
        server = stack.enter_context(postgres.server(database_url))
        tell(f"measuring on {server.description}")
        databases = {
            Place.BARE: stack.enter_context(postgres.database(server, "bare")),
            Place.POSTGRES: stack.enter_context(postgres.database(server, "product")),
        }
        limits = stack.enter_context(postgres.database(server, "pgbench"))
        environments = {
            Place.BARE: servers.bare_environment(database_url=server.url_of(databases[Place.BARE])),
            Place.POSTGRES: servers.product_environment(
                database_url=server.url_of(databases[Place.POSTGRES]), var=folder / "var"
            ),
            Place.SQLITE: servers.product_environment(
                database_url=f"sqlite:///{folder / 'bench.sqlite3'}", var=folder / "var"
            ),
        }
        access = {place: folder / f"{place}.json" for place in environments}
        pgbench.make_tables(server.url_of(limits), members=members)
        tell(f"making the bare application's tables, {members} cards")
        bare = _inside("bench.bare.shop", access[Place.BARE], str(members), environment=environments[Place.BARE])
        statements = {}
        for place in PRODUCTS:
            tell(f"making the shop on {place}, {members} members")
            _inside("bench.shop", access[place], str(members), environment=environments[place])
            statements[place.value] = _counted(access[place], environments[place])
        stands = {}
        for place, environment in environments.items():
            web = stack.enter_context(
                servers.gunicorn(
                    _APPLICATIONS[place],
                    environment=environment,
                    log=folder / f"{place}.log",
                    ready_path=_READY[place],
                )
            )
            stands[place] = Stand(web=web, access=access[place], database=databases.get(place, ""))
        yield Setting(
            bench=Bench(
                server=server,
                stands=stands,
                folder=folder,
                members=members,
                pgbench_database=limits,
                pgbench_program=pgbench.program(),
            ),
            environments={place: environments[place] for place in PRODUCTS},
            statements=statements,
            bare_statements={str(name): int(count) for name, count in bare.items()},
        )


def _inside(module: str, path: Path, *arguments: str, environment: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = json.loads(
        servers.call("bench.inside", module, str(path), *arguments, environment=environment)
    )
    return found


def _counted(path: Path, environment: dict[str, str]) -> Statements:
    found = json.loads(servers.call("bench.inside", "bench.statements", str(path), environment=environment))
    return Statements(
        api=tuple(found["api"]),
        scan=tuple(found["scan"]),
        shown=tuple(found["shown"]),
        api_bytes=found["api_bytes"],
        shown_bytes=found["shown_bytes"],
    )


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """Yield a folder of this run that nobody else may read; it goes with all that is in it."""
    SCRATCH.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=SCRATCH))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
