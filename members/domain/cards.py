"""What can be done with cards: read, issue, claim, block, and show the codes that carry them.

Promises: of several people who claim, block or unblock one card at once, one succeeds; each such act leaves an audit
entry in the same transaction. Possession of a number never spends: whatever isn't a fresh rotating code only earns.

Does not confirm cards (that takes a challenge), replace them (that moves balances), or remember which step of a
rotating code was spent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf

from members import audit
from members.audit import Actor
from members.card_numbers import CodeKind, ScanFault, Scanned, UnreadableCode, UnreadableReason, new_number, parse
from members.models import Card, CardState, Member, Merchant
from members.rotating_codes import card_key, code_for, step_at, verify
from members.tenancy import same_merchant

USABLE_STATES = frozenset({CardState.UNVERIFIED, CardState.VERIFIED})
MAX_BLANK_CARDS = 10_000
_RETRIES = 2


class CardUnknown(LookupError):
    """A readable code whose card this merchant doesn't have; its message never repeats the number."""


class CardFreshness(StrEnum):
    """How a card was shown; only a fresh code may spend, all of them earn."""

    STATIC = "static"
    FRESH = "fresh"
    STALE = "stale"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class ReadCard:
    """A card as shown. `step` is a fresh rotating code's 30-second step; of anything else None: it can't spend.

    The caller sees to it that each (card, step) spends once. `faults` are hints about the scanner, for staff.
    """

    card: Card
    kind: CodeKind
    freshness: CardFreshness
    step: int | None
    faults: frozenset[ScanFault]


def read_card(*, merchant: Merchant, text: str, at: datetime) -> ReadCard:
    """Find the merchant's card that a scanner or a person names, in one query, the member with it.

    In any state: blocked and replaced cards are found too, and the caller refuses. A wrong rotating code is read as
    freshness `wrong` and not refused: its number alone would have earned as well, and the assessment wants to see
    it. Blank cards have no member.

    Raises:
        UnreadableCode: none of our codes; reason `unknown` also for vouchers, receipts and wallet codes.
        CardUnknown: no such card of this merchant.
    """
    scanned = parse(text)
    if scanned.kind not in {CodeKind.CARD, CodeKind.ROTATING}:
        raise UnreadableCode(UnreadableReason.UNKNOWN)
    card = Card.objects.for_merchant(merchant).select_related("member").filter(number=scanned.number).first()
    if card is None:
        raise CardUnknown("no such card")
    card.merchant = merchant  # Saves the query that a later look at it would cost.
    freshness, step = _freshness(card, scanned, at)
    return ReadCard(card=card, kind=scanned.kind, freshness=freshness, step=step, faults=scanned.faults)


def issue_card(
    *,
    merchant: Merchant,
    at: datetime,
    member: Member | None = None,
    state: CardState = CardState.UNVERIFIED,
    draw: Callable[[], str] = new_number,
) -> Card:
    """Make a card with an unused random number; blank without a member. Joins the caller's transaction.

    `draw` returns a candidate; a number that is taken is drawn again, three times in all.

    Raises:
        ValueError: the member is of another merchant, or the state is not one that a card starts in.
        IntegrityError: three taken numbers in a row: the random source is broken.
    """
    if state not in USABLE_STATES or not (member is None or member.merchant_id == merchant.pk):
        raise ValueError("a card starts unverified or verified, and belongs to a member of its merchant")
    card = Card(merchant=merchant, member=member, number=draw(), state=state, issued_at=at)
    for _ in range(_RETRIES):
        try:
            with transaction.atomic():
                card.save(force_insert=True)
        except IntegrityError:
            if not Card.objects.for_merchant(merchant).filter(number=card.number).exists():
                raise
            card.number = draw()
        else:
            return card
    card.save(force_insert=True)
    return card


def issue_blank_cards(
    *, merchant: Merchant, count: int, at: datetime, draw: Callable[[], str] = new_number
) -> list[Card]:
    """Make `count` (1 to 10,000) cards without members, for printing, all or none. Joins the caller's transaction.

    Raises:
        ValueError: the count is out of range.
        IntegrityError: a taken number in each of three lots: the random source is broken.
    """
    if not 1 <= count <= MAX_BLANK_CARDS:
        raise ValueError(f"between 1 and {MAX_BLANK_CARDS} cards at a time")
    for _ in range(_RETRIES):
        try:
            with transaction.atomic():
                return Card.objects.bulk_create(_blank_cards(merchant, count, at, draw))
        except IntegrityError:
            continue
    return Card.objects.bulk_create(_blank_cards(merchant, count, at, draw))


def claim_card(*, card: Card, member: Member, at: datetime, actor: Actor) -> bool:
    """Give a blank card to a member; False when somebody has it (this member, too) or it can't be used.

    Of several claims at once, one succeeds: the second waits for the first and finds the card taken.

    Raises:
        ValueError: card and member are of two merchants.
    """
    if not same_merchant(card, member):
        raise ValueError("a card goes to a member of its merchant")
    mine = Card.objects.for_merchant(card.merchant_id).filter(pk=card.pk)
    with transaction.atomic():
        if not mine.filter(member__isnull=True, state__in=USABLE_STATES).update(member=member):
            return False
        audit.record(
            merchant=card.merchant,
            at=at,
            action="card.claimed",
            target=card,
            actor=actor,
            old={"member": None},
            new={"member": member},
        )
    card.member = member
    return True


def block_card(*, card: Card, actor: Actor, reason: str, at: datetime) -> bool:
    """Block a card, keeping the state to return to; False when it is blocked or replaced already.

    `reason` is shown at the counter and kept (200 characters, contacts hidden). `card` gets the new values.

    Raises:
        ValueError: no reason.
    """
    if not reason.strip():
        raise ValueError("blocking a card needs a reason")
    changes = {
        "state_before_block": F("state"),  # The state as it was: SQL reads the row before it writes.
        "state": CardState.BLOCKED,
        "state_reason": audit.shortened_reason(reason),
    }
    with transaction.atomic():
        mine = Card.objects.for_merchant(card.merchant_id).filter(pk=card.pk)
        if not mine.filter(state__in=USABLE_STATES).update(**changes):
            return False
        card.refresh_from_db(fields=list(changes))
        _record_state(card, "card.blocked", before=card.state_before_block, actor=actor, reason=reason, at=at)
    return True


def unblock_card(*, card: Card, actor: Actor, reason: str, at: datetime) -> bool:
    """Return a blocked card to the state it had before; False when it isn't blocked. `card` gets the new values."""
    changes = {
        "state": Coalesce(NullIf(F("state_before_block"), Value("")), Value(CardState.UNVERIFIED.value)),
        "state_before_block": "",
        "state_reason": "",
    }
    with transaction.atomic():
        mine = Card.objects.for_merchant(card.merchant_id).filter(pk=card.pk)
        if not mine.filter(state=CardState.BLOCKED).update(**changes):
            return False
        card.refresh_from_db(fields=list(changes))
        _record_state(card, "card.unblocked", before=CardState.BLOCKED, actor=actor, reason=reason, at=at)
    return True


def rotating_text(*, card: Card, at: datetime) -> str:
    """Return what the card's QR code says at this moment: `T.<number>.<code>`. It may spend: never log it.

    Reads the merchant unless `card` has it loaded.
    """
    code = code_for(key=_key(card), number=card.number, step=step_at(at))
    return f"{CodeKind.ROTATING.value}.{card.number}.{code}"


def static_text(*, card: Card) -> str:
    """Return what a printed card's QR code says: `K.<number>`. It only earns."""
    return f"{CodeKind.CARD.value}.{card.number}"


def _blank_cards(merchant: Merchant, count: int, at: datetime, draw: Callable[[], str]) -> list[Card]:
    """Return unsaved cards with newly drawn numbers."""
    return [Card(merchant=merchant, number=draw(), issued_at=at) for _ in range(count)]


def _key(card: Card) -> bytes:
    """Derive the key of the card's rotating codes."""
    return card_key(
        master=settings.CARD_CODE_KEY,
        merchant=str(card.merchant.public_id),
        number=card.number,
        generation=card.code_generation,
    )


def _freshness(card: Card, scanned: Scanned, at: datetime) -> tuple[CardFreshness, int | None]:
    """Tell how the card was shown, and the step of a fresh rotating code."""
    if scanned.kind is CodeKind.CARD:
        return CardFreshness.STATIC, None
    found = verify(key=_key(card), number=card.number, code=scanned.code, at=at)
    freshness = CardFreshness(found.state.value)
    return freshness, found.step if freshness is CardFreshness.FRESH else None


def _record_state(card: Card, action: str, *, before: str, actor: Actor, reason: str, at: datetime) -> None:
    """Write the audit entry of a change of state."""
    audit.record(
        merchant=card.merchant,
        at=at,
        action=action,
        target=card,
        actor=actor,
        old={"state": before},
        new={"state": card.state},
        reason=reason,
    )
