"""Every job name resolves to a handler, every planned job has one, and handlers take ids only."""

import inspect

import pytest

from loyalty_site import jobs, schedule


@pytest.mark.parametrize("name", sorted(jobs.KINDS))
def test_every_job_name_resolves_to_a_handler_that_takes_merchant_and_time(name: str) -> None:
    handler = jobs.kind_of(name).handler()
    parameters = inspect.signature(handler).parameters
    assert {"merchant", "at"} <= parameters.keys()
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values() if p.name in {"merchant", "at"})


def test_every_planned_job_has_a_handler() -> None:
    assert {line.name for line in schedule.SCHEDULE} <= jobs.KINDS.keys()
