"""Fraud's tables: one file per model."""

from fraud.models.assessment import Assessment, DecisionKind
from fraud.models.limit import Limit, LimitCounter, LimitKind, LimitSubject

__all__ = ["Assessment", "DecisionKind", "Limit", "LimitCounter", "LimitKind", "LimitSubject"]
