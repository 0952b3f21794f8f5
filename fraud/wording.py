"""Fraud's reason codes as sentences, in the reader's language: what happened, why, what to do next.

Neutral words: nobody is accused. Times are rendered in the time zone given.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Params = Mapping[str, str | int]


def sentence(*, code: str, params: Params, language: str, zone: ZoneInfo) -> str:
    """Return the sentence for a code that ``assess`` can give.

    Raises:
        KeyError: the code is unknown (a test asserts that every code has its sentence).
    """
    with translation.override(language):
        return SENTENCES[code](params, zone)


def _clock(value: str | int, zone: ZoneInfo) -> str:
    return formats.time_format(datetime.fromisoformat(str(value)).astimezone(zone), "H:i")


def _time_lock(params: Params, zone: ZoneInfo) -> str:
    minutes = int(params["minutes_ago"])
    if minutes == 0:
        return _("Booked just now. The next booking is possible from %(time)s.") % {
            "time": _clock(params["next_at"], zone)
        }
    return ngettext(
        "Already booked %(count)d minute ago. The next booking is possible from %(time)s.",
        "Already booked %(count)d minutes ago. The next booking is possible from %(time)s.",
        minutes,
    ) % {"count": minutes, "time": _clock(params["next_at"], zone)}


def _daily(text: Callable[[int], str]) -> Callable[[Params, ZoneInfo], str]:
    return lambda params, zone: text(int(params["maximum"])) % {"count": int(params["maximum"])}


SENTENCES: Mapping[str, Callable[[Params, ZoneInfo], str]] = {
    "card_blocked": lambda params, zone: _("This card is blocked. A manager can lift the block."),
    "card_replaced": lambda params, zone: _("This card was replaced by a new one. Please use the new card."),
    "own_card": lambda params, zone: _("This is your own card. Please let a colleague book it."),
    "time_lock": _time_lock,
    "limit_units_card": _daily(
        lambda n: ngettext(
            "This card has reached today's limit of %(count)d unit. It can collect again tomorrow.",
            "This card has reached today's limit of %(count)d units. It can collect again tomorrow.",
            n,
        )
    ),
    "limit_bookings_card": _daily(
        lambda n: ngettext(
            "This card has reached today's limit of %(count)d booking. It can collect again tomorrow.",
            "This card has reached today's limit of %(count)d bookings. It can collect again tomorrow.",
            n,
        )
    ),
    "limit_units_staff": _daily(
        lambda n: ngettext(
            "You have reached today's limit of %(count)d unit. Please ask a manager.",
            "You have reached today's limit of %(count)d units. Please ask a manager.",
            n,
        )
    ),
    "limit_bookings_staff": _daily(
        lambda n: ngettext(
            "You have reached today's limit of %(count)d booking. Please ask a manager.",
            "You have reached today's limit of %(count)d bookings. Please ask a manager.",
            n,
        )
    ),
    "limit_units_till": _daily(
        lambda n: ngettext(
            "This till has reached today's limit of %(count)d unit. Please ask a manager.",
            "This till has reached today's limit of %(count)d units. Please ask a manager.",
            n,
        )
    ),
    "limit_bookings_till": _daily(
        lambda n: ngettext(
            "This till has reached today's limit of %(count)d booking. Please ask a manager.",
            "This till has reached today's limit of %(count)d bookings. Please ask a manager.",
            n,
        )
    ),
    "limit_units_store": _daily(
        lambda n: ngettext(
            "This store has reached today's limit of %(count)d unit. Please ask a manager.",
            "This store has reached today's limit of %(count)d units. Please ask a manager.",
            n,
        )
    ),
    "limit_bookings_store": _daily(
        lambda n: ngettext(
            "This store has reached today's limit of %(count)d booking. Please ask a manager.",
            "This store has reached today's limit of %(count)d bookings. Please ask a manager.",
            n,
        )
    ),
}
