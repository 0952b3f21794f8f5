"""Fuzzing by the contract: whatever fits or misses it, the answers are documented ones, and no mistake of ours.

Once as generated (most cards and ids are unknown then), once with a real card, reward and earn put in, so that the
rest of the generated body reaches the domain. Derandomized: the same cases in every run.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from loyalty_site.api.app import api as api_of_tills
from loyalty_site.wsgi import application
from members.models import Card
from rewards.models import Program
from tests.loyalty_site.api.client import TillClient
from tests.rewards.programs import a_reward, book

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
SETTINGS = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


# As from_wsgi loads it, but without a request: tests may not reach the database while they are collected.
schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api_of_tills.get_openapi_schema(path_prefix="/api/v1/"))))
schema.app = application


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's connection over requests, as Django's own test client does; a request else ends it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@SETTINGS
def test_whatever_is_sent_is_answered_as_documented(case: Any, api: TillClient) -> None:  # Any: see above
    _check(case, api, negative_data_rejection)


@pytest.fixture
def real(card: Card, points: Program) -> dict[str, str]:
    """Ids that exist, by the names of the fields that take them."""
    earn = book(card, cents=100_000).booking
    reward = str(a_reward(points, price=1).public_id)
    return {"card": card.number, "number": card.number, "reward": reward, "earn": earn, "earn_id": earn}


@schema.parametrize()
@SETTINGS
def test_with_real_ids_too(case: Any, api: TillClient, real: dict[str, str]) -> None:  # Any: see above
    for part in (case.body, case.path_parameters):
        if isinstance(part, dict):
            part |= {name: value for name, value in real.items() if name in part}
    _check(case, api)


def _check(case: Any, api: TillClient, *more: Any) -> None:  # Any: see above
    case.call_and_validate(headers={"Authorization": f"Bearer {api.key}"}, checks=[*CHECKS, *more])
