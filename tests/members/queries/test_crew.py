"""Who stands on the counter's first page."""

import pytest
from pytest_django import DjangoAssertNumQueries

from members.models import Merchant, Role
from members.queries.crew import crew_for
from tests.factories import make_staff


def test_crew_is_active_staff_with_role_and_pin_by_name(merchant: Merchant, other_merchant: Merchant) -> None:
    zoe, adam, olga = (
        make_staff(merchant, role, name=name)
        for role, name in ((Role.CASHIER, "Zoe"), (Role.MANAGER, "Adam"), (Role.OWNER, "Olga"))
    )
    make_staff(merchant, name="Gone", is_active=False)
    make_staff(merchant, Role.AUDITOR, name="Reads only")
    make_staff(merchant, name="Without PIN", pin="")
    stranger = make_staff(other_merchant, name="Stranger")

    assert crew_for(merchant=merchant) == [adam, olga, zoe]
    assert crew_for(merchant=other_merchant) == [stranger]


@pytest.mark.parametrize("people", [1, 3])
def test_crew_costs_one_query(
    people: int, merchant: Merchant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(people):
        make_staff(merchant)

    with django_assert_num_queries(1):
        assert len(crew_for(merchant=merchant)) == people
