"""Return: goods come back, and with them the units that their sale brought. Against the original earn, never freely.

A return takes back in proportion to the sum, in part and repeatedly, until the sale is returned; all returns together
take exactly what was granted and restore exactly the remainders (``rewards.domain.portions``). The policy is *within
balance*: a return takes at most what the balance holds; what was spent before is reported as missing and waived.
Units of the sale that have expired left the card already and are not taken a second time. Lots of the sale itself are
drained first, then those that expire soonest. Held units are taken from where they wait.

It gives nothing back to limits: they count what was booked on a day. It can't be undone; a mistake is booked as a new
sale. Returning a reward is undoing its redemption (``rewards.domain.undo``).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from members.models import Card, Merchant, Staff, Till
from rewards.domain import ledger
from rewards.domain.ledger import Locked
from rewards.domain.outcome import BalanceLine, Outcome
from rewards.domain.portions import Portion
from rewards.domain.programs import book_for
from rewards.domain.requests import Desk, Request, hash_content, once, outcome_of, record
from rewards.domain.taking_back import Taking, holding_kind, takings_of
from rewards.domain.undo import BookingUnknown
from rewards.engine.facts import Item
from rewards.engine.reasons import Reason
from rewards.models import Account, Booking, BookingKind, BookingOutcome
from rewards.queries.balances import balance_lines, holdings_of
from rewards.queries.returned import returns_of


class InvalidReturn(ValueError):
    """The return can't be: its sum, given or of its items, is below one cent."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What one return works with, gathered once. ``card`` is the sale's, or the one that replaced it."""

    request: Request
    sale: Booking
    amount_cents: int | None
    items: tuple[Item, ...]
    card: Card
    locked: Locked


def return_sale(
    *,
    merchant: Merchant,
    booking: str,
    amount_cents: int | None,
    till: Till | None,
    staff: Staff | None,
    request_id: str,
    at: datetime,
    channel: str = "counter",
    items: Sequence[Item] = (),
) -> Outcome:
    """Take back what the sale with this public id brought, for a part of its sum or for all that is left of it.

    ``amount_cents``: 1 or more; None means the sum of ``items``, or without items the rest of the sale. Locks the
    card and its accounts; commits. Returns posted, with a grant line of 0 or below for each program that was to give
    something back, or refused with one of the reasons nothing_to_return, already_undone, already_returned,
    return_exceeds, return_amount_unknown. ``details`` tell ``returned`` (the sale), ``missing`` (units in all that
    were spent before) and, if the sale has a sum, ``returned_cents`` so far and ``total_cents``.

    Raises:
        BookingUnknown: no such earn of this merchant; nothing is written.
        InvalidReturn: the sum is below one cent; nothing is written.
        RequestConflict: the request id stands for another content.
    """
    if amount_cents is None and items:
        amount_cents = sum(item.amount_cents for item in items)
    if amount_cents is not None and amount_cents < 1:
        raise InvalidReturn("a return is of one cent or more")
    sales = Booking.objects.for_merchant(merchant).select_related("card").filter(kind=BookingKind.EARN)
    sale = sales.filter(public_id=booking).first()
    if sale is None:
        raise BookingUnknown(booking)
    rows = [[item.sku, item.category, item.quantity, item.amount_cents] for item in items]
    request = Request(
        merchant=merchant,
        kind=BookingKind.RETURN,
        request_id=request_id,
        content_hash=hash_content("return", booking, amount_cents, rows),
        desk=Desk(till=till, staff=staff, channel=channel),
        occurred_at=at,
        recorded_at=at,
    )

    def write() -> Outcome:
        card, locked = _hold(merchant, sale.card)
        return _decide(_Context(request, sale, amount_cents, tuple(items), card, locked))

    return once(merchant=merchant, request_id=request_id, content_hash=request.content_hash, write=write)


def _hold(merchant: Merchant, card: Card) -> tuple[Card, Locked]:
    """Lock the card and those that replaced it, also when it was replaced while we waited; return the last one."""
    cards = [card]
    while True:
        locked = ledger.lock(merchant=merchant, cards=cards)
        last = locked.cards[cards[-1].pk]
        if last.replaced_by_id is None:
            return last, locked
        cards.append(Card.objects.for_merchant(merchant).get(pk=last.replaced_by_id))


def _decide(context: _Context) -> Outcome:
    merchant, sale = context.request.merchant, context.sale
    if sale.outcome not in {BookingOutcome.POSTED, BookingOutcome.HELD}:
        return _refuse(context, Reason("nothing_to_return"))
    settled = Booking.objects.for_merchant(merchant).filter(reverses=sale, outcome=BookingOutcome.POSTED).first()
    if settled is not None and not outcome_of(settled).details.get("released"):
        return _refuse(context, Reason("already_undone"))
    portion = _portion(context)
    if isinstance(portion, Reason):
        return _refuse(context, portion)
    return _book(context, portion, settled)


def _portion(context: _Context) -> Portion | Reason:
    """Return which part of the sale comes back, or why it can't."""
    sale, asked = context.sale, context.amount_cents
    before = returns_of(merchant=context.request.merchant, sale=sale, card_ids=context.locked.cards)
    total = _total_cents(sale)
    if total is None:
        if asked is not None:
            return Reason("return_amount_unknown")
        return Reason("already_returned") if before else Portion(0, 1, 1)
    returned = sum(earlier.amount_cents or 0 for earlier in before)
    left = total - returned
    if asked is None and left == 0:
        return Reason("already_returned")
    if asked is not None and asked > left:
        return Reason("return_exceeds", {"amount_cents": asked, "left_cents": left, "total_cents": total})
    return Portion(returned, total if asked is None else returned + asked, total)


def _total_cents(sale: Booking) -> int | None:
    """Return the sum that parts are measured by; None for a visit without one, or one of nothing."""
    items = sum(int(item["amount_cents"]) for item in sale.items)
    total = sale.amount_cents if sale.amount_cents is not None else items
    return total if total > 0 else None


def _book(context: _Context, portion: Portion, settled: Booking | None) -> Outcome:
    request, locked = context.request, context.locked
    takings = takings_of(
        merchant=request.merchant,
        sale=context.sale,
        settled=settled,
        card=context.card,
        locked=locked,
        portion=portion,
    )
    outcome = _outcome(context, portion, takings, _balances(context, takings, settled))
    booking = record(
        request=request,
        card=context.card,
        outcome=outcome,
        amount_cents=portion.after - portion.before if "total_cents" in outcome.details else None,
        items=[
            {"sku": i.sku, "category": i.category, "quantity": i.quantity, "amount_cents": i.amount_cents}
            for i in context.items
        ],
    )
    changed = _correct_counters(context, portion, outcome)
    movements = [taking.movement() for taking in takings if taking.units]
    posted = ledger.post(booking=booking, movements=movements, locked=locked)
    ledger.save_accounts(locked=locked, ids=changed - {transfer.debit_id for transfer in posted})
    return outcome


def _outcome(
    context: _Context, portion: Portion, takings: Sequence[Taking], balances: tuple[BalanceLine, ...]
) -> Outcome:
    total = _total_cents(context.sale)
    sums = {} if total is None else {"returned_cents": portion.after, "total_cents": total}
    carries = [(program, rule, -portion.of(delta)) for program, rule, delta in outcome_of(context.sale).carries]
    return Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.RETURN.value,
        status=BookingOutcome.POSTED.value,
        card_number=context.card.number,
        grants=tuple(taking.line() for taking in takings if taking.units or taking.missing or taking.expired),
        balances=balances,
        carries=tuple(carry for carry in carries if carry[2]),
        details={
            "returned": str(context.sale.public_id),
            "missing": sum(taking.missing for taking in takings),
            **sums,
        },
    )


def _correct_counters(context: _Context, portion: Portion, outcome: Outcome) -> set[int]:
    """Give the rules' remainders back and, with the last piece of the sale, the visit; return the accounts changed.

    They are where the sale counted them: a release moves units, not counters.
    """
    sale = outcome_of(context.sale)
    touched = {grant.program for grant in sale.grants} | {program for program, _, _ in sale.carries}
    accounts = Account.objects.for_merchant(context.request.merchant).filter(
        card=context.card, kind=holding_kind(context.sale, None), program__public_id__in=touched
    )
    changed = set()
    for pk, program_id in accounts.values_list("pk", "program__public_id"):
        account = context.locked.accounts[pk]
        for program, rule, delta in outcome.carries:
            if program == str(program_id):
                account.carry = {**account.carry, rule: account.carry.get(rule, 0) + delta}
        if portion.completes:
            account.earn_count = max(0, account.earn_count - 1)
        changed.add(pk)
    return changed


def _balances(context: _Context, takings: Sequence[Taking], settled: Booking | None) -> tuple[BalanceLine, ...]:
    """Return what the card holds once the takings are posted."""
    mine = [account for account in context.locked.accounts.values() if account.card_id == context.card.pk]
    holdings = holdings_of(mine)
    kind = holding_kind(context.sale, settled).value
    for taking in takings:
        if taking.units:
            holdings[(taking.program.pk, kind)] -= taking.units
    return balance_lines(book=book_for(context.request.merchant), holdings=holdings, at=context.request.occurred_at)


def _refuse(context: _Context, reason: Reason) -> Outcome:
    outcome = Outcome(
        booking=str(uuid.uuid4()),
        kind=BookingKind.RETURN.value,
        status=BookingOutcome.REFUSED.value,
        card_number=context.card.number,
        balances=_balances(context, (), None),
        reasons=(reason,),
        details={"returned": str(context.sale.public_id)},
    )
    record(request=context.request, card=context.card, outcome=outcome, amount_cents=context.amount_cents)
    return outcome
