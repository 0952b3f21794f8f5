"""Redeem: a balance buys a reward. Reserved when booked, handed over when the customer has it.

Any code earns, only a fresh code spends (where the program asks for one): the caller passes the 30-second step
that ``read_card`` found, and the database lets each (card, step) spend once, whichever till it is shown at.
A missing proof is an outcome (``step_up``) with the reason and is recorded, like a refusal.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from fraud.decision import Decision
from fraud.domain.assess import assess
from fraud.facts import EventFacts
from members.models import Card, Merchant, Staff, Till
from rewards.domain import ledger
from rewards.domain.ledger import Locked, Movement
from rewards.domain.outcome import Outcome
from rewards.domain.programs import LiveProgram, LiveReward, ProgramBook, book_for
from rewards.domain.requests import Desk, Request, hash_content, once, record
from rewards.engine.reasons import Reason
from rewards.models import (
    AccountKind,
    BookingKind,
    BookingOutcome,
    Freshness,
    Redemption,
    RedemptionState,
    Reward,
    TransferReason,
)
from rewards.queries.balances import balance_lines, holdings_of


class RewardUnknown(LookupError):
    """The merchant has no such active reward."""


@dataclass(frozen=True, slots=True)
class _Context:
    request: Request
    card: Card
    program: LiveProgram
    reward: LiveReward
    code_step: int | None
    book: ProgramBook
    locked: Locked


def redeem(
    *,
    merchant: Merchant,
    card: Card,
    reward: str,
    code_step: int | None,
    till: Till | None,
    staff: Staff | None,
    request_id: str,
    at: datetime,
    channel: str = "counter",
    entry: str = "scan",
) -> Outcome:
    """Reserve ``reward`` (its public id) for the card and take its price.

    ``code_step``: the step of the fresh code that was shown, None for a static or stale one. Locks the card's
    accounts and the reward's stock; commits. Returns posted (redeemed, ``details.redemption`` names it),
    step_up or refused with reasons, or the first outcome of this request.

    Raises:
        RewardUnknown: no such active reward of a live program; nothing is written.
        RequestConflict: the request id stands for another content.
    """
    request = Request(
        merchant=merchant,
        kind=BookingKind.REDEEM,
        request_id=request_id,
        content_hash=hash_content("redeem", card.number, reward),
        desk=Desk(till=till, staff=staff, channel=channel, entry=entry),
        occurred_at=at,
        recorded_at=at,
    )

    def write() -> Outcome:
        # Looked up after the replay: a retry gets its first outcome, also when the reward has closed meanwhile.
        book = book_for(merchant)
        found = book.reward(reward)
        if found is None:
            raise RewardUnknown(reward)
        locked = ledger.lock(merchant=merchant, cards=[card])
        context = _Context(request, locked.cards[card.pk], found[0], found[1], code_step, book, locked)
        return _decide(context)

    return once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)


def hand_over(*, merchant: Merchant, redemption: str, staff: Staff | None, at: datetime) -> Redemption:
    """Mark a reserved redemption (public id) as handed over; a second call changes nothing.

    Raises:
        Redemption.DoesNotExist: the merchant has no such redemption, or it was undone.
    """
    with transaction.atomic():
        rows = Redemption.objects.for_merchant(merchant).filter(public_id=redemption)
        rows.filter(state=RedemptionState.RESERVED).update(
            state=RedemptionState.HANDED_OVER, handed_over_at=at, handed_over_by=staff
        )
        return rows.exclude(state=RedemptionState.UNDONE).select_related("reward", "card").get()


def _decide(context: _Context) -> Outcome:
    decision = assess(merchant=context.request.merchant, facts=_event(context))
    if not decision.allows:
        causes = tuple(Reason(cause.code, cause.params) for cause in decision.causes)
        return _without_units(context, BookingOutcome.REFUSED, causes, decision)
    missing = _missing_proof(context)
    if missing:
        return _without_units(context, BookingOutcome.STEP_UP, missing, decision)
    refused = _obstacles(context)
    if refused:
        return _without_units(context, BookingOutcome.REFUSED, refused, decision)
    if context.reward.limited and not _take_stock(context):
        return _without_units(context, BookingOutcome.REFUSED, (Reason("out_of_stock"),), decision)
    return _book(context, decision)


def _missing_proof(context: _Context) -> tuple[Reason, ...]:
    reasons = []
    if context.card.level < context.program.redeem_level:
        reasons.append(Reason("level_needed", {"minimum": context.program.redeem_level}))
    if context.program.redeem_freshness == Freshness.FRESH_CODE and context.code_step is None:
        reasons.append(Reason("fresh_code_needed"))
    return tuple(reasons)


def _obstacles(context: _Context) -> tuple[Reason, ...]:
    at, reward = context.request.occurred_at, context.reward
    if not context.program.is_open(at) or not reward.is_open(at):
        return (Reason("reward_closed"),)
    balance = context.locked.balance(context.program.row_id)
    if balance < reward.price:
        return (Reason("too_few_units", {"units": balance, "price_units": reward.price}),)
    if context.code_step is not None:
        used = (
            Redemption.objects.for_merchant(context.request.merchant)
            .filter(card=context.card, code_step=context.code_step)
            .select_related("booking__till")
            .first()
        )
        if used is not None:
            till = used.booking.till.name if used.booking.till else ""
            return (Reason("code_used", {"used_at": used.reserved_at.isoformat(), "till": till}),)
    return ()


def _take_stock(context: _Context) -> bool:
    """Take one piece; the row is locked until the end, so the last piece goes once."""
    return (
        Reward.objects.for_merchant(context.request.merchant)
        .filter(pk=context.reward.row_id, stock__gt=0)
        .update(stock=F("stock") - 1)
        == 1
    )


def _book(context: _Context, decision: Decision) -> Outcome:
    request, program, reward = context.request, context.program, context.reward
    account = context.locked.of(program.row_id, AccountKind.AVAILABLE)
    if account is None:  # a balance that buys something has an account
        raise RuntimeError("account missing for a positive balance")
    holdings = holdings_of(list(context.locked.accounts.values()))
    holdings[(program.row_id, AccountKind.AVAILABLE.value)] -= reward.price
    redemption_id = uuid.uuid4()
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.REDEEM.value,
        status=BookingOutcome.POSTED.value,
        card_number=context.card.number,
        balances=balance_lines(book=context.book, holdings=holdings, at=request.occurred_at),
        details={
            "redemption": str(redemption_id),
            "reward": reward.public_id,
            "reward_name": reward.name,
            "price": reward.price,
            "unit_name": program.unit_name(reward.price),
        },
    )
    booking = record(request=request, card=context.card, outcome=outcome, assessment_id=decision.assessment_id)
    movement = Movement(
        debit_id=account.pk,
        credit_id=program.system[AccountKind.REDEMPTION],
        amount=reward.price,
        reason=TransferReason.REDEEM,
        unit=program.unit,
    )
    ledger.post(booking=booking, movements=[movement], locked=context.locked)
    Redemption.objects.create(
        merchant=request.merchant,
        public_id=redemption_id,
        booking=booking,
        reward_id=reward.row_id,
        card=context.card,
        price=reward.price,
        code_step=context.code_step,
        reserved_at=request.occurred_at,
    )
    return outcome


def _without_units(
    context: _Context, status: BookingOutcome, reasons: tuple[Reason, ...], decision: Decision
) -> Outcome:
    holdings = holdings_of(list(context.locked.accounts.values()))
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.REDEEM.value,
        status=status.value,
        card_number=context.card.number,
        balances=balance_lines(book=context.book, holdings=holdings, at=context.request.occurred_at),
        reasons=reasons,
        details={"reward": context.reward.public_id, "reward_name": context.reward.name},
    )
    record(request=context.request, card=context.card, outcome=outcome, assessment_id=decision.assessment_id)
    return outcome


def _event(context: _Context) -> EventFacts:
    request, desk = context.request, context.request.desk
    local = request.recorded_at.astimezone(ZoneInfo(request.merchant.timezone))
    return EventFacts(
        event="redeem",
        at=request.recorded_at,
        local_day=local.year * 10_000 + local.month * 100 + local.day,
        card_id=context.card.pk,
        card_state=context.card.state,
        own_card=desk.staff is not None and desk.staff.own_card_id == context.card.pk,
        store_id=desk.till.store_id if desk.till else None,
        till_id=desk.till.pk if desk.till else None,
        staff_id=desk.staff.pk if desk.staff else None,
        units={context.program.public_id: context.reward.price},
        channel=desk.channel,
        entry=desk.entry,
        limited=False,
    )
