"""What a card holds: balance lines with the next reward in reach. Pure reckoning plus two plain reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from members.models import Card, Merchant
from rewards.domain.outcome import BalanceLine, NextReward
from rewards.domain.programs import LiveProgram, LiveReward, ProgramBook
from rewards.models import Account, AccountKind

#: (program row id, account kind) -> units
Holdings = Mapping[tuple[int, str], int]


def holdings_of(accounts: Sequence[Account]) -> dict[tuple[int, str], int]:
    """Return the balances of accounts that were read or locked before."""
    return {(account.program_id, account.kind): account.balance or 0 for account in accounts}


def holdings_for(*, merchant: Merchant, card: Card) -> dict[tuple[int, str], int]:
    """Read a card's balances; one query."""
    return holdings_of(list(Account.objects.for_merchant(merchant).filter(card=card)))


def balance_lines(*, book: ProgramBook, holdings: Holdings, at: datetime) -> tuple[BalanceLine, ...]:
    """Return one line for each live program, in the owner's order."""
    return tuple(_line(program, holdings, at) for program in book.programs if program.is_open(at))


def affordable_rewards(
    *, book: ProgramBook, holdings: Holdings, at: datetime
) -> tuple[tuple[LiveProgram, LiveReward], ...]:
    """Return the open rewards that the balances buy, cheapest first in each program."""
    return tuple(
        (program, reward)
        for program in book.programs
        if program.is_open(at)
        for reward in program.rewards
        if reward.is_open(at) and reward.price <= holdings.get((program.row_id, AccountKind.AVAILABLE), 0)
    )


def _line(program: LiveProgram, holdings: Holdings, at: datetime) -> BalanceLine:
    available = holdings.get((program.row_id, AccountKind.AVAILABLE.value), 0)
    return BalanceLine(
        program=program.public_id,
        program_name=program.name,
        kind=program.kind,
        unit=program.unit,
        unit_name=program.unit_name(available),
        available=available,
        pending=holdings.get((program.row_id, AccountKind.PENDING.value), 0),
        next_reward=_next_reward(program, available, at),
    )


def _next_reward(program: LiveProgram, available: int, at: datetime) -> NextReward | None:
    """The cheapest reward still out of reach; when all are affordable, the dearest (missing 0)."""
    rewards = [reward for reward in program.rewards if reward.is_open(at)]
    if not rewards:
        return None
    nearest = next((reward for reward in rewards if reward.price > available), rewards[-1])
    return NextReward(nearest.public_id, nearest.name, nearest.price, max(0, nearest.price - available))
