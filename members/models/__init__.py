"""Who and what: tenant, stores, tills, staff, people, contacts, cards, consents. One file per model."""

from members.models.audit import AuditEntry
from members.models.card import Card, CardState
from members.models.job import Job, JobState
from members.models.member import Consent, ConsentPurpose, Contact, ContactKind, Member
from members.models.merchant import Merchant, StampSign
from members.models.staff import COUNTER_ROLES, MANAGING_ROLES, OFFICE_ROLES, Role, Shift, Staff
from members.models.store import Store
from members.models.till import Till, TillPairing
from members.models.user import User

__all__ = [
    "COUNTER_ROLES",
    "MANAGING_ROLES",
    "OFFICE_ROLES",
    "AuditEntry",
    "Card",
    "CardState",
    "Consent",
    "ConsentPurpose",
    "Contact",
    "ContactKind",
    "Job",
    "JobState",
    "Member",
    "Merchant",
    "Role",
    "Shift",
    "Staff",
    "StampSign",
    "Store",
    "Till",
    "TillPairing",
    "User",
]
