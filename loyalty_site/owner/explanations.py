"""Why a booking or an assessment came out as it did, as sentences. Reads what was stored then; decides nothing.

A row written by a release with other codes still explains what it can: unknown codes are named, not hidden.
"""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fraud import wording as fraud_wording
from fraud.models import Assessment
from rewards.domain.outcome import GrantLine, Outcome
from rewards.engine.reasons import Reason
from rewards.engine.verdicts import RuleVerdict
from rewards.models import Booking
from rewards.wording.outcomes import OUTCOMES, outcome_sentence
from rewards.wording.reasons import sentence as rule_sentence


def booking_lines(booking: Booking, *, language: str, stores: Mapping[str, str]) -> list[str]:
    """Return what was booked and why, then every rule that was looked at and what it found."""
    if "grants" not in booking.result:
        return []
    outcome = Outcome.from_json(
        booking.result,
        booking=str(booking.public_id),
        kind=booking.kind,
        status=booking.outcome,
        card_number=booking.card.number,
    )
    zone = ZoneInfo(booking.merchant.timezone)
    lines = [_grant_line(grant, language, stores) for grant in outcome.grants]
    lines += [_sentence(reason, language, zone, stores) for reason in outcome.reasons]
    lines += list(_verdict_lines(outcome.verdicts, language, stores))
    return lines


def assessment_lines(assessment: Assessment, *, language: str) -> list[str]:
    """Return the reasons of a decision; none when nothing spoke against the event."""
    zone = ZoneInfo(assessment.merchant.timezone)
    return [_fraud_sentence(stored, language, zone) for stored in assessment.reasons]


def _grant_line(grant: GrantLine, language: str, stores: Mapping[str, str]) -> str:
    """Return one grant: the program, then the reason, which says how many."""
    why = rule_sentence(
        grant.why, language=language, unit_singular=grant.unit_name, unit_plural=grant.unit_name, stores=stores
    )
    return f"{grant.program_name}: {why}"


def _sentence(reason: Reason, language: str, zone: ZoneInfo, stores: Mapping[str, str]) -> str:
    """Return a reason of the outcome as a sentence; a rule's own with the stores' names."""
    if reason.code in OUTCOMES or reason.code in fraud_wording.SENTENCES:
        return outcome_sentence(reason, language=language, zone=zone)
    return rule_sentence(reason, language=language, stores=stores)


def _verdict_lines(
    verdicts: Iterable[RuleVerdict], language: str, stores: Mapping[str, str]
) -> Iterator[str]:  # fmt: skip
    """Yield one line per rule that granted nothing: what spoke against it."""
    for verdict in verdicts:
        if verdict.granted:
            continue
        against = [check.reason for check in verdict.checks if not check.held]
        against += [verdict.stopped_by] if verdict.stopped_by is not None else []
        texts = [rule_sentence(reason, language=language, stores=stores) for reason in against]
        yield _("Rule “%(rule)s” gave nothing. %(why)s") % {"rule": verdict.name, "why": " ".join(texts)}


def _fraud_sentence(stored: Mapping[str, object], language: str, zone: ZoneInfo) -> str:
    """Return a stored cause as a sentence, or its code when this release has none for it."""
    reason = Reason.from_json(stored)
    if reason.code not in fraud_wording.SENTENCES:
        return _("This version has no explanation for “%(code)s”.") % {"code": reason.code}
    return fraud_wording.sentence(code=reason.code, params=reason.params, language=language, zone=zone)
