"""Fixtures for tests that open a port."""

import socket

import pytest


@pytest.fixture
def unused_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
