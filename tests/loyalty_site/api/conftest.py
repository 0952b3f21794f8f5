"""A till of the merchant with a key, its programs, and the same of another merchant."""

import pytest

from members.models import Merchant, Till
from rewards.models import Program
from tests.factories import make_store, make_till
from tests.loyalty_site.api.client import TillClient, client_of
from tests.rewards.programs import points_program


@pytest.fixture
def api(till: Till) -> TillClient:
    """The till's client."""
    return client_of(till)


@pytest.fixture
def other_api(other_merchant: Merchant) -> TillClient:
    """A client of another merchant's till."""
    return client_of(make_till(make_store(other_merchant)))


@pytest.fixture
def points(merchant: Merchant) -> Program:
    """Points of the merchant: one for each euro, remainders carried."""
    return points_program(merchant)
