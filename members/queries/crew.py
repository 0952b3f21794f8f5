"""Who can begin a shift: the names on the counter's first page."""

from members.models import COUNTER_ROLES, Merchant, Staff


def crew_for(*, merchant: Merchant) -> list[Staff]:
    """Return the active staff with a role at the counter and a PIN, by name, in one query."""
    team = Staff.objects.for_merchant(merchant).filter(is_active=True, role__in=COUNTER_ROLES)
    return list(team.exclude(pin_hash="").order_by("name", "pk"))
