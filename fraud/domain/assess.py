"""Decide on one event and keep the decision.

A refusal is *returned*, never raised: an exception would roll its own evidence back. Called inside the
booking's transaction, after the card's accounts are locked and before anything is posted. Now: card states,
one's own card, exact limits and time locks; detectors come with the fraud issue and stand in the same place.
"""

from collections.abc import Mapping, Sequence

from fraud.decision import Cause, Charge, Decision, Verdict
from fraud.domain import limits
from fraud.facts import EventFacts
from fraud.models import Assessment
from members.models import CardState, Merchant

_CARD_STATES = {CardState.BLOCKED.value: "card_blocked", CardState.REPLACED.value: "card_replaced"}


def assess(*, merchant: Merchant, facts: EventFacts) -> Decision:
    """Decide on ``facts`` and write the ``Assessment`` row in every outcome.

    Locks the counters of the limits that apply until the end of the transaction. Doubt about the card itself
    refuses; a limit refuses; nothing here holds or asks yet.
    """
    causes = _forbidden(facts)
    charges: tuple[Charge, ...] = ()
    if not causes and facts.limited:
        charges, causes = limits.charge(merchant=merchant, facts=facts)
    verdict = Verdict.REFUSE if causes else Verdict.ALLOW
    row = Assessment.objects.create(
        merchant=merchant,
        at=facts.at,
        event=facts.event,
        decision=verdict.value,
        reasons=[cause.to_json() for cause in causes],
        features=facts.to_json(),
        charges=[item.to_json() for item in charges],
        card_id=facts.card_id,
        store_id=facts.store_id,
        till_id=facts.till_id,
        staff_id=facts.staff_id,
    )
    return Decision(verdict=verdict, causes=causes, assessment_id=row.pk)


def give_back(*, merchant: Merchant, assessment_id: int | None) -> None:
    """Give back what an assessed event took from limits, because its booking is undone."""
    if assessment_id is None:
        return
    row = Assessment.objects.for_merchant(merchant).only("charges").get(pk=assessment_id)
    stored: Sequence[Mapping[str, int]] = row.charges
    limits.refund(merchant=merchant, charges=[Charge.from_json(item) for item in stored])


def _forbidden(facts: EventFacts) -> tuple[Cause, ...]:
    if facts.card_state in _CARD_STATES:
        return (Cause(_CARD_STATES[facts.card_state]),)
    if facts.own_card:
        return (Cause("own_card"),)
    return ()
