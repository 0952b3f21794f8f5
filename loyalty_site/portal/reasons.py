"""Refusals in words for the person whose card it is, looking back.

The counter's sentences speak to staff at that moment ("ask a manager"). Here they say what was, and what to do;
limits of a till, a store or a person at it are nobody else's business and stay unnamed. Codes without words of their
own are said by ``rewards.wording.outcomes``.
"""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rewards.engine.reasons import Reason

Params = Mapping[str, str | int]


def own_words(reason: Reason) -> str:
    """Return the portal's sentence in the active language; empty where it has none of its own."""
    say = OWN_WORDS.get(reason.code)
    return say(reason.params) if say else ""


def _time_lock(params: Params) -> str:
    minutes = int(params["minutes_ago"])
    before = ngettext(
        "The booking before was only %(count)d minute ago.",
        "The booking before was only %(count)d minutes ago.",
        minutes,
    ) % {"count": minutes}
    lock = -(-int(params["seconds"]) // 60)
    rule = ngettext("There is at most one in %(count)d minute.", "There is at most one in %(count)d minutes.", lock) % {
        "count": lock
    }
    return f"{before} {rule}"


def _daily_units(params: Params) -> str:
    count = int(params["maximum"])
    text = ngettext(
        "The card had reached its limit of %(count)d unit that day.",
        "The card had reached its limit of %(count)d units that day.",
        count,
    )
    return text % {"count": count}


def _daily_bookings(params: Params) -> str:
    count = int(params["maximum"])
    text = ngettext(
        "The card had reached its limit of %(count)d booking that day.",
        "The card had reached its limit of %(count)d bookings that day.",
        count,
    )
    return text % {"count": count}


def _at_this_till(params: Params) -> str:
    del params  # how much a till or a person there may book is the shop's own affair
    return _("Nothing more could be booked at this till. If something is missing, please ask at the counter.")


OWN_WORDS: Mapping[str, Callable[[Params], str]] = {
    "time_lock": _time_lock,
    "limit_units_card": _daily_units,
    "limit_bookings_card": _daily_bookings,
    **{
        f"limit_{counts}_{whose}": _at_this_till
        for counts in ("units", "bookings", "interval")
        for whose in ("staff", "till", "store")
    },
    "own_card": lambda params: _("Nobody books on their own card at work: a colleague has to do it."),
    "card_blocked": lambda params: _("The card was blocked at that time."),
    "card_replaced": lambda params: _("The card had been replaced by a new one."),
    "level_needed": lambda params: _("The card was not confirmed yet: collecting works, redeeming does not."),
    "fresh_code_needed": lambda params: _(
        "Redeeming asks for a fresh code: show your card on the phone, not on paper or as a picture."
    ),
}
