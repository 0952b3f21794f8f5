"""Why a sale earned what it did, or nothing: rule by rule, in every language asked for.

Reads what the booking stored when it was decided, never the rules of today: an explanation does not change when a
rule does. Names of units and stores are those of today; a program that is gone says "unit".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from members.models import Merchant, Store
from rewards.domain.outcome import Outcome
from rewards.domain.requests import outcome_of
from rewards.domain.undo import BookingUnknown
from rewards.engine.reasons import Reason
from rewards.engine.verdicts import RuleVerdict
from rewards.models import Booking, BookingKind, Program
from rewards.wording import sentence
from rewards.wording.outcomes import outcome_sentence

LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class Explained:
    """A reason as sentences: language code -> text."""

    code: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExplainedCheck:
    """One condition or effect of a rule, and whether it spoke for the grant."""

    held: bool
    reason: Explained


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """One rule as it was looked at. ``granted``: units of ``program``; ``stopped_by``: the rule that went before."""

    rule: str
    version: int
    name: str
    program: str
    granted: int
    checks: tuple[ExplainedCheck, ...]
    stopped_by: Explained | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that was decided on one sale. ``reasons``: why it was refused or held, besides its rules."""

    booking: str
    status: str
    occurred_at: datetime
    reasons: tuple[Explained, ...]
    rules: tuple[ExplainedRule, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """What sentences are made with: languages, the merchant's zone, its programs' and its stores' names."""

    languages: Sequence[str]
    zone: ZoneInfo
    programs: Mapping[str, Program]
    stores: Mapping[str, str]

    def of_rule(self, reason: Reason, program_key: str) -> Explained:
        """Explain a reason of a program's rule."""
        program = self.programs.get(program_key)
        texts = {
            language: sentence(
                reason,
                language=language,
                unit_singular=program.unit_singular if program else None,
                unit_plural=program.unit_plural if program else None,
                stores=self.stores,
            )
            for language in self.languages
        }
        return Explained(reason.code, texts)

    def of_outcome(self, reason: Reason) -> Explained:
        """Explain a reason of the booking as a whole."""
        texts = {name: outcome_sentence(reason, language=name, zone=self.zone) for name in self.languages}
        return Explained(reason.code, texts)


def explain(*, merchant: Merchant, booking: str, languages: Sequence[str] = LANGUAGES) -> Explanation:
    """Explain the earn with this public id; three queries, one less when no rule was looked at.

    Raises:
        BookingUnknown: the merchant has no such earn.
    """
    earns = Booking.objects.for_merchant(merchant).select_related("card").filter(kind=BookingKind.EARN)
    row = earns.filter(public_id=booking).first()
    if row is None:
        raise BookingUnknown(booking)
    outcome = outcome_of(row)
    words = _words(merchant, outcome, languages)
    return Explanation(
        booking=outcome.booking,
        status=outcome.status,
        occurred_at=row.occurred_at,
        reasons=tuple(words.of_outcome(reason) for reason in outcome.reasons),
        rules=tuple(_rule(verdict, words) for verdict in outcome.verdicts),
    )


def _words(merchant: Merchant, outcome: Outcome, languages: Sequence[str]) -> _Words:
    keys = {verdict.program for verdict in outcome.verdicts}
    programs = Program.objects.for_merchant(merchant).filter(public_id__in=keys)
    stores = Store.objects.for_merchant(merchant).values_list("public_id", "name")
    return _Words(
        languages=languages,
        zone=ZoneInfo(merchant.timezone),
        programs={str(program.public_id): program for program in programs},
        stores={str(public_id): name for public_id, name in stores},
    )


def _rule(verdict: RuleVerdict, words: _Words) -> ExplainedRule:
    stopped = verdict.stopped_by
    return ExplainedRule(
        rule=verdict.rule_key,
        version=verdict.rule_version,
        name=verdict.name,
        program=verdict.program,
        granted=verdict.granted,
        checks=tuple(
            ExplainedCheck(check.held, words.of_rule(check.reason, verdict.program)) for check in verdict.checks
        ),
        stopped_by=None if stopped is None else words.of_rule(stopped, verdict.program),
    )
