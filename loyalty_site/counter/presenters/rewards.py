"""What a card's balance buys, and whether it can be redeemed with the code that was shown."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty_site.counter.presenters.figures import units
from loyalty_site.counter.presenters.programs import ProgramView
from members.models import Card
from rewards.domain.programs import LiveProgram, LiveReward, ProgramBook
from rewards.models import AccountKind, Freshness
from rewards.queries.balances import Holdings, affordable_rewards


@dataclass(frozen=True, slots=True)
class FreshnessView:
    """Whether a fresh code was shown, in words."""

    ok: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward that the balance buys; `disabled` as long as something is missing for it (a code, a confirmation)."""

    id: str
    name: str
    price: str
    note: str
    instruction: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One reward with the balance before and after it."""

    reward: RewardView
    balance_now: str
    balance_after: str


def reward_views(
    card: Card, *, book: ProgramBook, holdings: Holdings, at: datetime, has_fresh_code: bool
) -> list[RewardView]:
    """Return what the balances buy, cheapest first in each program."""
    found = affordable_rewards(book=book, holdings=holdings, at=at)
    return [_reward(card, program, reward, has_fresh_code) for program, reward in found]


def choice_for(
    card: Card, *, program: LiveProgram, reward: LiveReward, holdings: Holdings, has_fresh_code: bool
) -> Choice:
    """Return one reward for the last look before it goes out; one that the balance does not buy can't be chosen."""
    now = holdings.get((program.row_id, AccountKind.AVAILABLE.value), 0)
    after, shown = now - reward.price, _reward(card, program, reward, has_fresh_code)
    return Choice(
        reward=shown if after >= 0 else replace(shown, disabled=True),
        balance_now=units(now, program.unit_name(now)),
        balance_after=units(after, program.unit_name(after)) if after >= 0 else "–",
    )


def freshness_view(*, book: ProgramBook, at: datetime, has_fresh_code: bool) -> FreshnessView | None:
    """Return the state of the code; None where no open program asks for a fresh one."""
    if not any(_asks_for_code(program) for program in book.programs if program.is_open(at)):
        return None
    if has_fresh_code:
        return FreshnessView(True, _("Fresh code"), _("It was shown just now and redeems once."))
    return FreshnessView(False, _("No fresh code"), _("Redeeming asks for one. Any code collects."))


def proof_missing(card: Card, *, book: ProgramBook, at: datetime) -> str:
    """Return a sentence when the card is not confirmed well enough for any reward, else nothing."""
    needed = [p.redeem_level for p in book.programs if p.is_open(at) and p.rewards]
    if not needed or card.level >= min(needed):
        return ""
    return _("Not yet confirmed: collecting works, redeeming does not.")


def nearest_reward(programs: list[ProgramView]) -> str:
    """Return how far the first program's next reward is."""
    return next((program.next_reward for program in programs if program.next_reward), "")


def _reward(card: Card, program: LiveProgram, reward: LiveReward, has_fresh_code: bool) -> RewardView:
    return RewardView(
        id=reward.public_id,
        name=reward.name,
        price=units(reward.price, program.unit_name(reward.price)),
        note=reward.description or program.name,
        instruction=reward.description,
        disabled=card.level < program.redeem_level or (_asks_for_code(program) and not has_fresh_code),
    )


def _asks_for_code(program: LiveProgram) -> bool:
    return program.redeem_freshness == Freshness.FRESH_CODE and bool(program.rewards)
