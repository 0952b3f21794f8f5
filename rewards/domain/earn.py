"""Earn: one scan becomes stamps or points, or an explained refusal. The counter and the API call the same function.

Walk: find the card -> replay? -> lock the card's accounts -> rules -> fraud -> booking and transfers -> commit.
Every decided request leaves a ``Booking``; a refusal too. A card that can't be read or is unknown to the merchant
leaves nothing and is raised, since there is nothing to book on.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fraud.decision import Decision, Verdict
from fraud.domain.assess import assess
from fraud.facts import EventFacts
from members.domain.cards import ReadCard, read_card
from members.models import Card, Merchant, Staff, Till
from rewards.domain import ledger
from rewards.domain.ledger import Locked, Movement
from rewards.domain.lot_expiry import lot_expires_at
from rewards.domain.outcome import GrantLine, Outcome
from rewards.domain.programs import LiveProgram, ProgramBook, book_for
from rewards.domain.requests import Desk, Request, hash_content, once, record
from rewards.engine.evaluate import evaluate
from rewards.engine.facts import Item, SaleFacts
from rewards.engine.reasons import Reason
from rewards.engine.verdicts import Evaluation
from rewards.models import AccountKind, Booking, BookingKind, BookingOutcome, TransferReason
from rewards.queries.balances import balance_lines, holdings_of

#: A till may report a sale it made while the line was down, and its clock may be a little ahead.
OLDEST_SALE = timedelta(days=7)
CLOCK_AHEAD = timedelta(minutes=5)
MAX_AMOUNT_CENTS = 10_000_000


class InvalidSale(ValueError):
    """The sale can't be: ``code`` says why (amount_range, too_old, in_future)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold. ``amount_cents`` 0 to 10,000,000 or None when nobody entered it; ``occurred_at`` None = now."""

    amount_cents: int | None = None
    items: tuple[Item, ...] = ()
    receipt: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Context:
    """What one earn works with, gathered once."""

    request: Request
    card: Card
    sale: Sale
    book: ProgramBook
    zone: ZoneInfo
    locked: Locked


def earn(
    *,
    merchant: Merchant,
    card_token: str | ReadCard,
    sale: Sale,
    till: Till | None,
    staff: Staff | None,
    request_id: str,
    at: datetime,
    channel: str = "counter",
    entry: str = "scan",
) -> Outcome:
    """Book a sale on the card that ``card_token`` names, in any spelling, or that the caller has read already.

    Locks the card's accounts and the limits' counters; commits. Returns posted, held or refused, or the first
    outcome of this request (``replayed``).

    Raises:
        UnreadableCode, CardUnknown: nothing to book on; nothing is written.
        InvalidSale: the amount or the time can't be; nothing is written.
        RequestConflict: the request id stands for another content.
    """
    found = card_token if isinstance(card_token, ReadCard) else read_card(merchant=merchant, text=card_token, at=at)
    request = Request(
        merchant=merchant,
        kind=BookingKind.EARN,
        request_id=request_id,
        content_hash=_content_hash(found, sale),
        desk=Desk(till=till, staff=staff, channel=channel, entry=entry),
        occurred_at=sale.occurred_at or at,
        recorded_at=at,
    )

    def write() -> Outcome:
        # Checked after the replay: a retry gets its first outcome, however old the sale is by then.
        _check(sale, at)
        locked = ledger.lock(merchant=merchant, cards=[found.card])
        context = _Context(
            request=request,
            card=locked.cards[found.card.pk],
            sale=sale,
            book=book_for(merchant),
            zone=ZoneInfo(merchant.timezone),
            locked=locked,
        )
        return _decide(context)

    return once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)


def evaluate_sale(
    *, book: ProgramBook, card: Card, sale: Sale, locked: Locked, channel: str, store: str, local_time: datetime
) -> Evaluation:
    """Ask every open program's rules what the sale earns; each program sees its own visits and carries."""
    evaluations = [
        evaluate(
            rules=[live.rule for live in program.rules if live.holds(local_time)],
            facts=_facts(program, card, sale, locked, channel, store, local_time),
        )
        for program in book.programs
        if program.is_open(local_time)
    ]
    return Evaluation(
        grants=tuple(grant for e in evaluations for grant in e.grants),
        verdicts=tuple(verdict for e in evaluations for verdict in e.verdicts),
        carries={key: delta for e in evaluations for key, delta in e.carries.items()},
    )


def _decide(context: _Context) -> Outcome:
    request, desk = context.request, context.request.desk
    evaluation = evaluate_sale(
        book=context.book,
        card=context.card,
        sale=context.sale,
        locked=context.locked,
        channel=desk.channel,
        store=str(desk.till.store.public_id) if desk.till else "",
        local_time=request.occurred_at.astimezone(context.zone),
    )
    decision = assess(merchant=request.merchant, facts=_event(context, evaluation))
    if decision.verdict is Verdict.REFUSE:
        reasons = tuple(Reason(cause.code, cause.params) for cause in decision.causes)
        return _refuse(context, evaluation, decision, reasons)
    if not evaluation.grants and not evaluation.carries:
        return _refuse(context, evaluation, decision, (Reason("no_rule_granted"),))
    return _book(context, evaluation, decision)


def _book(context: _Context, evaluation: Evaluation, decision: Decision) -> Outcome:
    request, locked = context.request, context.locked
    kind = AccountKind.PENDING if decision.verdict is Verdict.HOLD else AccountKind.AVAILABLE
    programs = {program.public_id: program for program in context.book.programs}
    touched = {grant.program for grant in evaluation.grants} | {key[0] for key in evaluation.carries}
    involved = [programs[key] for key in programs if key in touched]
    ledger.open_accounts(
        merchant=request.merchant,
        card=context.card,
        units={program.row_id: program.unit for program in involved},
        locked=locked,
        kind=kind,
    )
    carriers = _count_visit(context, evaluation, involved, kind)
    held = decision.verdict is Verdict.HOLD
    grants = _grant_lines(evaluation, programs)
    holdings = holdings_of(list(locked.accounts.values()))
    for grant in evaluation.grants:
        key = (programs[grant.program].row_id, kind.value)
        holdings[key] = holdings.get(key, 0) + grant.amount
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.EARN.value,
        status=(BookingOutcome.HELD if held else BookingOutcome.POSTED).value,
        card_number=context.card.number,
        grants=grants,
        balances=balance_lines(book=context.book, holdings=holdings, at=request.occurred_at),
        reasons=tuple(Reason(cause.code, cause.params) for cause in decision.causes),
        verdicts=evaluation.verdicts,
        carries=tuple((program, key, delta) for (program, key), delta in evaluation.carries.items()),
    )
    booking = _record(context, outcome, decision)
    posted = ledger.post(
        booking=booking, movements=_movements(context, evaluation, programs, kind, held), locked=locked
    )
    ledger.save_accounts(locked=locked, ids=carriers - {t.credit_id for t in posted})
    _mark_first_use(context)
    return outcome


def _refuse(context: _Context, evaluation: Evaluation, decision: Decision, reasons: tuple[Reason, ...]) -> Outcome:
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.EARN.value,
        status=BookingOutcome.REFUSED.value,
        card_number=context.card.number,
        balances=balance_lines(
            book=context.book,
            holdings=holdings_of(list(context.locked.accounts.values())),
            at=context.request.occurred_at,
        ),
        reasons=reasons,
        verdicts=evaluation.verdicts,
    )
    _record(context, outcome, decision)
    return outcome


def _record(context: _Context, outcome: Outcome, decision: Decision) -> Booking:
    sale = context.sale
    return record(
        request=context.request,
        card=context.card,
        outcome=outcome,
        assessment_id=decision.assessment_id,
        amount_cents=sale.amount_cents,
        receipt=sale.receipt,
        items=[
            {"sku": i.sku, "category": i.category, "quantity": i.quantity, "amount_cents": i.amount_cents}
            for i in sale.items
        ],
    )


def _movements(
    context: _Context,
    evaluation: Evaluation,
    programs: dict[str, LiveProgram],
    kind: AccountKind,
    held: bool,
) -> list[Movement]:
    movements = []
    for grant in evaluation.grants:
        program = programs[grant.program]
        account = context.locked.of(program.row_id, kind)
        if account is None:  # open_accounts has just opened it
            raise RuntimeError("account missing after open_accounts")
        rule = next(
            live
            for live in program.rules
            if live.rule.key == grant.rule_key and live.rule.version == grant.rule_version
        )
        movements.append(
            Movement(
                debit_id=program.system[AccountKind.ISSUE],
                credit_id=account.pk,
                amount=grant.amount,
                reason=TransferReason.HOLD if held else TransferReason.EARN,
                unit=program.unit,
                rule_id=rule.row_id,
                expires_at=lot_expires_at(
                    earned_at=context.request.occurred_at,
                    months=program.expiry_months,
                    rounding=program.expiry_rounding,
                    zone=context.zone,
                ),
            )
        )
    return movements


def _count_visit(
    context: _Context, evaluation: Evaluation, involved: Sequence[LiveProgram], kind: AccountKind
) -> set[int]:
    """Count the visit and the rules' remainders on the locked accounts; returns the ids that changed."""
    changed = set()
    for program in involved:
        account = context.locked.of(program.row_id, kind)
        if account is None:
            continue
        account.earn_count += 1
        account.first_at = account.first_at or context.request.occurred_at
        account.prev_at, account.last_at = account.last_at, context.request.occurred_at
        for (program_key, rule_key), delta in evaluation.carries.items():
            if program_key == program.public_id:
                account.carry = {**account.carry, rule_key: account.carry.get(rule_key, 0) + delta}
        changed.add(account.pk)
    return changed


def _grant_lines(evaluation: Evaluation, programs: dict[str, LiveProgram]) -> tuple[GrantLine, ...]:
    return tuple(
        GrantLine(
            program=grant.program,
            program_name=programs[grant.program].name,
            unit=programs[grant.program].unit,
            unit_name=programs[grant.program].unit_name(grant.amount),
            amount=grant.amount,
            why=grant.why,
        )
        for grant in evaluation.grants
    )


def _facts(
    program: LiveProgram,
    card: Card,
    sale: Sale,
    locked: Locked,
    channel: str,
    store: str,
    local_time: datetime,
) -> SaleFacts:
    account = locked.of(program.row_id, AccountKind.AVAILABLE)
    return SaleFacts(
        local_time=local_time,
        channel=channel,
        store=store,
        amount_cents=sale.amount_cents,
        items=sale.items,
        level=card.level,
        visits=account.earn_count if account else 0,
        carry=dict(account.carry) if account else {},
    )


def _event(context: _Context, evaluation: Evaluation) -> EventFacts:
    request, desk = context.request, context.request.desk
    units: dict[str, int] = {}
    for grant in evaluation.grants:
        units[grant.program] = units.get(grant.program, 0) + grant.amount
    local = request.recorded_at.astimezone(context.zone)
    return EventFacts(
        event="earn",
        at=request.recorded_at,
        local_day=local.year * 10_000 + local.month * 100 + local.day,
        card_id=context.card.pk,
        card_state=context.card.state,
        own_card=desk.staff is not None and desk.staff.own_card_id == context.card.pk,
        store_id=desk.till.store_id if desk.till else None,
        till_id=desk.till.pk if desk.till else None,
        staff_id=desk.staff.pk if desk.staff else None,
        units=units,
        channel=desk.channel,
        entry=desk.entry,
    )


def _mark_first_use(context: _Context) -> None:
    if context.card.first_used_at is None:
        Card.objects.for_merchant(context.request.merchant).filter(
            pk=context.card.pk, first_used_at__isnull=True
        ).update(first_used_at=context.request.occurred_at)


def _check(sale: Sale, at: datetime) -> None:
    if sale.amount_cents is not None and not 0 <= sale.amount_cents <= MAX_AMOUNT_CENTS:
        raise InvalidSale("amount_range")
    if sale.occurred_at is not None and sale.occurred_at < at - OLDEST_SALE:
        raise InvalidSale("too_old")
    if sale.occurred_at is not None and sale.occurred_at > at + CLOCK_AHEAD:
        raise InvalidSale("in_future")


def _content_hash(found: ReadCard, sale: Sale) -> str:
    return hash_content(
        "earn",
        found.card.number,
        sale.amount_cents,
        [[i.sku, i.category, i.quantity, i.amount_cents] for i in sale.items],
        sale.receipt,
        sale.occurred_at.isoformat() if sale.occurred_at else None,
    )
