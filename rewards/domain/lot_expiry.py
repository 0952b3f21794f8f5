"""When an earned lot expires. Pure: no clock, no ORM."""

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def lot_expires_at(*, earned_at: datetime, months: int, rounding: str, zone: ZoneInfo) -> datetime | None:
    """Return the first moment at which a lot is expired, or None when it never expires.

    ``months`` after the local day of earning, moved in the member's favor to the end of that "month" or "year";
    the moment is local midnight after the last good day.
    """
    if months <= 0:
        return None
    earned_on = earned_at.astimezone(zone).date()
    last_day = _end(_add_months(earned_on, months), rounding)
    return datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=zone)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _end(day: date, rounding: str) -> date:
    if rounding == "year":
        return date(day.year, 12, 31)
    return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
