"""Reading pgbench's report, and its script."""

import pytest

from bench.pgbench import SCRIPT, environment, parse

REPORT = """pgbench (15.20)
transaction type: award.sql
scaling factor: 1
query mode: prepared
number of clients: 8
number of threads: 2
maximum number of tries: 1
duration: 4 s
number of transactions actually processed: 22392
number of failed transactions: 3 (0.013%)
latency average = 1.429 ms
initial connection time = 22.141 ms
tps = 5598.123456 (without initial connection time)
"""


def test_parse_reads_rate_count_and_failures() -> None:
    found = parse(REPORT, latencies_ms=(1.4,), cpu_seconds=5.0)
    assert (found.rate, found.count, found.failed) == (5598.123456, 22392, 3)
    assert (found.latencies_ms, found.cpu_seconds) == ((1.4,), 5.0)


def test_parse_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="not a report"):
        parse("pgbench: error: connection refused", latencies_ms=(), cpu_seconds=None)


def test_script_is_five_round_trips() -> None:
    assert SCRIPT.count(";\n") == 5


def test_environment_keeps_the_password_off_the_command_line() -> None:
    assert environment("postgresql://bench:secret@127.0.0.1:5433/award") == {
        "PGUSER": "bench",
        "PGPASSWORD": "secret",
        "PGHOST": "127.0.0.1",
        "PGPORT": "5433",
        "PGDATABASE": "award",
    }


def test_environment_of_a_socket_names_its_folder() -> None:
    assert environment("postgresql://root@/award?host=%2Fvar%2Frun%2Fpostgresql")["PGHOST"] == "/var/run/postgresql"
