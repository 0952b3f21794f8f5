"""Reasons as sentences: why a condition held or failed, what a grant came from, what stopped a rule.

One sentence per code of the vocabulary; a test compares this table with it. A code that this release does not
know (a booking outlives the code that explained it) yields a sentence that names the code.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, override

from rewards.engine.reasons import Reason
from rewards.wording.figures import Names, shown

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


SENTENCES: Mapping[str, "StrPromise"] = {
    "store_held": gettext_lazy("The store fits: %(store)s."),
    "store_failed": gettext_lazy("Counts only in %(stores)s, this was in %(store)s."),
    "weekday_held": gettext_lazy("The weekday fits: %(weekday)s."),
    "weekday_failed": gettext_lazy("Counts only on %(weekdays)s, this was a %(weekday)s."),
    "hours_held": gettext_lazy("The time fits: %(at_minute)s."),
    "hours_failed": gettext_lazy("Counts only from %(from_minute)s to %(to_minute)s, this was at %(at_minute)s."),
    "dates_held": gettext_lazy("The date fits: %(today_on)s."),
    "dates_before": gettext_lazy("Counts only from %(from_on)s on, this was on %(today_on)s."),
    "dates_after": gettext_lazy("Counted only until %(to_on)s, this was on %(today_on)s."),
    "amount_held": gettext_lazy("The sum fits: %(amount_cents)s."),
    "amount_missing": gettext_lazy("No sum was entered, and this rule needs one."),
    "amount_below": gettext_lazy(
        "Counts only from %(minimum_cents)s on, this was %(amount_cents)s: %(missing_cents)s too little."
    ),
    "amount_above": gettext_lazy("Counts only up to %(maximum_cents)s, this was %(amount_cents)s."),
    "channel_held": gettext_lazy("The way of booking fits: booked %(channel)s."),
    "channel_failed": gettext_lazy("Counts only for purchases booked %(channels)s, this one was booked %(channel)s."),
    "level_held": gettext_lazy("The card is confirmed well enough: level %(level)s of 3."),
    "level_failed": gettext_lazy(
        "The card is not confirmed well enough: it has level %(level)s of 3, needed is level %(minimum)s."
    ),
    "nth_visit_held": gettext_lazy("Counts once every %(every)s visits, and this is number %(visit)s."),
    "nth_visit_failed": ngettext_lazy(
        "Counts once every %(every)s visits, this is number %(visit)s: %(visits_left)s visit to go.",
        "Counts once every %(every)s visits, this is number %(visit)s: %(visits_left)s visits to go.",
        "visits_left_count",
    ),
    "first_visit_held": gettext_lazy("This is the first visit."),
    "first_visit_failed": gettext_lazy("Counts only on the first visit, this is number %(visit)s."),
    "fixed_granted": gettext_lazy("%(granted_units)s for this visit."),
    "per_amount_granted": gettext_lazy(
        "%(granted_units)s for %(amount_cents)s: %(units)s for every full %(per_cents)s."
    ),
    "per_amount_remainder": gettext_lazy(
        "%(granted_units)s for %(amount_cents)s: %(units)s for every full %(per_cents)s. "
        "%(after_cents)s count towards the next purchase."
    ),
    "per_amount_carried": gettext_lazy(
        "%(granted_units)s: %(units)s for every full %(per_cents)s, worked out from this purchase of "
        "%(amount_cents)s and %(before_cents)s carried over; %(after_cents)s count towards the next purchase."
    ),
    "per_amount_below": gettext_lazy("%(amount_cents)s are not enough: %(units)s are for every full %(per_cents)s."),
    "per_amount_not_yet": gettext_lazy(
        "Not enough yet: another %(missing_cents)s earn %(units)s. This purchase counts next time."
    ),
    "per_item_granted": ngettext_lazy(
        "%(granted_units)s: %(units)s per item, and %(quantity)s item counts.",
        "%(granted_units)s: %(units)s per item, and %(quantity)s items count.",
        "quantity_count",
    ),
    "per_item_none": gettext_lazy("None of the items counts for this rule."),
    "items_missing": gettext_lazy("No items were passed on, and this rule needs them."),
    "multiplier_granted": gettext_lazy(
        "%(granted_units)s on top: %(percent)s instead of 100%%. Without this rule it would be %(base_units)s."
    ),
    "multiplier_nothing": gettext_lazy(
        "Nothing on top: %(percent)s of %(base_units)s, rounded down, is no more than that."
    ),
    "maximum_reached": gettext_lazy(
        "%(granted_units)s, the most that one purchase earns; worked out it would be %(computed_units)s."
    ),
    "stopped_by_better": gettext_lazy(
        "Only the best rule counts: “%(rule)s” gives %(winner_units)s, this one would have given %(own_units)s."
    ),
    "stopped_by_earlier": gettext_lazy("Only the first rule that fits counts, and that was “%(rule)s”."),
}


def sentence(
    reason: Reason,
    *,
    language: str,
    unit_singular: str | None = None,
    unit_plural: str | None = None,
    stores: Mapping[str, str] | None = None,
) -> str:
    """Return the reason as one or two whole sentences in `language`.

    unit_singular, unit_plural: the program's words ("stamp", "stamps"), else "unit". stores: key to name, else
    the key is shown.
    """
    names = Names(unit_singular, unit_plural, stores or {})
    with override(language):
        text = SENTENCES.get(reason.code)
        if text is None:
            return _("This version has no explanation for “%(code)s”.") % {"code": reason.code}
        return text % shown(reason.params, names)
