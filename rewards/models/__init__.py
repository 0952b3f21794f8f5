"""The program and its money-like memory: one file per model."""

from rewards.models.account import SYSTEM_KINDS, Account, AccountKind
from rewards.models.booking import Booking, BookingKind, BookingOutcome
from rewards.models.lot import Lot, LotMove
from rewards.models.program import ExpiryRounding, Freshness, Program, ProgramKind, ProgramState
from rewards.models.reward import Redemption, RedemptionState, Reward
from rewards.models.rule import Rule
from rewards.models.transfer import Transfer, TransferReason

__all__ = [
    "SYSTEM_KINDS",
    "Account",
    "AccountKind",
    "Booking",
    "BookingKind",
    "BookingOutcome",
    "ExpiryRounding",
    "Freshness",
    "Lot",
    "LotMove",
    "Program",
    "ProgramKind",
    "ProgramState",
    "Redemption",
    "RedemptionState",
    "Reward",
    "Rule",
    "Transfer",
    "TransferReason",
]
