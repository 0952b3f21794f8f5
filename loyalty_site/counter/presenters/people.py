"""Members and staff as a screen in a shop may show them: first name and initial, never a contact."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Card, CardState, Member, Staff

#: A birthday is worth a word from a few days before to a few days after.
BIRTHDAY_DAYS = 3


@dataclass(frozen=True, slots=True)
class MemberView:
    """A card with whom it belongs to. `state` is the card's; `url` leads to its page."""

    display_name: str
    card_number_grouped: str
    card_number_masked: str
    state: str
    badge: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody to choose before a PIN; `id` is the public id."""

    id: str
    name: str
    initials: str
    role: str


def member_view(card: Card) -> MemberView:
    """Return the card (its member loaded) as it is shown."""
    return MemberView(
        display_name=display_name(card),
        card_number_grouped=card.grouped_number,
        card_number_masked=card.masked_number,
        state=card.state,
        badge=_badge(card),
        url=reverse("counter:card", args=[card.public_id]),
    )


def display_name(card: Card) -> str:
    """Return the member's short name, or the masked number of a card that has none."""
    name = card.member.counter_name if card.member else ""
    return name or _("Card %(number)s") % {"number": card.masked_number}


def person_view(staff: Staff) -> PersonView:
    """Return a person of the team as the PIN pages list them."""
    return PersonView(str(staff.public_id), staff.name, staff.initials, staff.get_role_display())


def birthday_note(member: Member | None, *, at: datetime) -> str:
    """Return a sentence when the member's birthday is today or a few days away, in the local calendar, else nothing."""
    if member is None or member.birth_date is None:
        return ""
    today = at.date()
    for days in range(-BIRTHDAY_DAYS, BIRTHDAY_DAYS + 1):
        day = today + timedelta(days=days)
        if _is_birthday(member.birth_date, day):
            weekday = {"weekday": date_format(day, "l")}
            if days == 0:
                return _("Has birthday today.")
            return _("Had birthday on %(weekday)s.") % weekday if days < 0 else _("Birthday on %(weekday)s.") % weekday
    return ""


def _badge(card: Card) -> str:
    if card.member_id is None and card.can_earn:
        return _("no name yet")
    return str(CardState(card.state).label)


def _is_birthday(born: date, day: date) -> bool:
    """Tell whether somebody has birthday; those born on 29 February have it on the 28th in other years."""
    if (born.month, born.day) == (2, 29) and day.month == 2 and day.day == 28:
        return (day + timedelta(days=1)).month == 3
    return (born.month, born.day) == (day.month, day.day)
