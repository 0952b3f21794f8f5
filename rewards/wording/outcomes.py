"""Any reason of an outcome as a sentence: the rules' own, fraud's, and those of redeeming, undoing and returning.

Each says what happened and what to do next, in the reader's language, times in the zone given.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from fraud import wording as fraud_wording
from rewards.engine.reasons import Reason
from rewards.wording.figures import money
from rewards.wording.reasons import sentence as rule_sentence

Params = Mapping[str, str | int]


def outcome_sentence(reason: Reason, *, language: str, zone: ZoneInfo) -> str:
    """Return the sentence for any reason that an outcome can carry.

    Raises:
        KeyError: no sentence for this code (a test asserts that every code has one).
    """
    if reason.code in OUTCOMES:
        with translation.override(language):
            return OUTCOMES[reason.code](reason.params, zone)
    if reason.code in fraud_wording.SENTENCES:
        return fraud_wording.sentence(code=reason.code, params=reason.params, language=language, zone=zone)
    return rule_sentence(reason, language=language)


def _code_used(params: Params, zone: ZoneInfo) -> str:
    used_at = datetime.fromisoformat(str(params["used_at"])).astimezone(zone)
    values = {"time": formats.time_format(used_at, "H:i"), "till": params["till"]}
    if not params["till"]:
        return _("This code was already used at %(time)s. Please have a new one shown.") % values
    return _("This code was already used at %(time)s (%(till)s). Please have a new one shown.") % values


def _too_few(params: Params, zone: ZoneInfo) -> str:
    del zone
    return _("The balance is %(units)d, the reward costs %(price_units)d. Nothing was booked.") % params


def _return_exceeds(params: Params, zone: ZoneInfo) -> str:
    del zone
    values = {"left": money(int(params["left_cents"])), "amount": money(int(params["amount_cents"]))}
    return _("Only %(left)s of this sale are left to be returned, not %(amount)s. Nothing was booked.") % values


def _taken_back(params: Params, zone: ZoneInfo) -> str:
    del zone
    sentences = [_("Taken back: %(taken_units)d of %(granted_units)d that were booked for this sale.")]
    if params["missing_units"]:
        sentences.append(_("No longer on the card, and waived: %(missing_units)d."))
    if params["expired_units"]:
        sentences.append(_("Already expired: %(expired_units)d."))
    return " ".join(sentences) % params


OUTCOMES: Mapping[str, Callable[[Params, ZoneInfo], str]] = {
    "no_rule_granted": lambda params, zone: _("No rule of a running program applied to this sale."),
    "level_needed": lambda params, zone: _("Not yet confirmed: collecting works, redeeming does not."),
    "fresh_code_needed": lambda params, zone: _(
        "Redeeming asks for a fresh code. Please have the card opened on the phone and scan it."
    ),
    "code_used": _code_used,
    "too_few_units": _too_few,
    "reward_closed": lambda params, zone: _("This reward is not available at the moment."),
    "out_of_stock": lambda params, zone: _("This reward is used up. Please choose another one."),
    "already_undone": lambda params, zone: _("This booking was already undone."),
    "too_late": lambda params, zone: _("The two minutes are over. A manager can still reverse the booking."),
    "spent_meanwhile": lambda params, zone: _("What was booked has been spent meanwhile. Undo the redemption first."),
    "returned_meanwhile": lambda params, zone: _(
        "Something of this sale was returned meanwhile. Please book what is left as a return, too."
    ),
    "return_exceeds": _return_exceeds,
    "return_amount_unknown": lambda params, zone: _(
        "This sale was booked without a sum, so it can only be returned as a whole."
    ),
    "already_returned": lambda params, zone: _("This sale was already returned."),
    "nothing_to_return": lambda params, zone: _("Nothing was booked for this sale, so there is nothing to take back."),
    "taken_back": _taken_back,
    "nothing_to_undo": lambda params, zone: _("Nothing was booked, so there is nothing to undo."),
}
