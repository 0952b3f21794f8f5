"""A shop with one of everything that the office shows, booked through the domain; for tests with two of them."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from fraud.models import Assessment, Limit, LimitKind, LimitSubject
from members import audit
from members.audit import Actor
from members.domain.merchants import touch_rules
from members.models import AuditEntry, Card, Contact, Job, JobState, Member, Merchant, Role, Staff, Store, Till
from members.tenancy import TenantModel
from rewards.domain.earn import Sale, earn
from rewards.domain.programs import save_program, save_reward, save_rule
from rewards.domain.redeem import redeem
from rewards.models import (
    Account,
    Booking,
    Freshness,
    Lot,
    Program,
    ProgramKind,
    ProgramState,
    Redemption,
    Reward,
    Rule,
    Transfer,
)
from tests import factories


@dataclass(frozen=True)
class Shop:
    """A merchant and its things; `mark` stands in every name that a page could show."""

    mark: str
    merchant: Merchant
    store: Store
    till: Till
    cashier: Staff
    member: Member
    contact: Contact
    card: Card
    program: Program
    rule: Rule
    reward: Reward
    booking: Booking
    redemption: Redemption
    account: Account
    transfer: Transfer
    lot: Lot
    limit: Limit
    assessment: Assessment
    entry: AuditEntry
    job: Job

    def objects(self) -> dict[str, TenantModel]:
        """Return everything that has a page in the office, by what it is called there."""
        found = (
            self.store,
            self.till,
            self.cashier,
            self.member,
            self.card,
            self.program,
            self.rule,
            self.reward,
            self.booking,
            self.redemption,
            self.account,
            self.transfer,
            self.lot,
            self.limit,
            self.assessment,
            self.entry,
            self.job,
        )
        return {f"{thing._meta.app_label}_{thing._meta.model_name}": thing for thing in found}


def make_program(merchant: Merchant, mark: str = "") -> Program:
    """Make a live stamp card that also redeems paper codes."""
    return save_program(
        program=Program(
            merchant=merchant,
            name=f"{mark}Stempelkarte",
            kind=ProgramKind.STAMP_CARD,
            state=ProgramState.LIVE,
            unit="stempel",
            unit_singular="Stempel",
            unit_plural="Stempel",
            redeem_freshness=Freshness.ANY_CODE,
            redeem_level=0,
            expiry_months=12,
        )
    )


def make_shop(merchant: Merchant, mark: str) -> Shop:
    """Make the shop: a stamp was booked today and a reward redeemed."""
    at = timezone.now()
    store = factories.make_store(merchant, name=f"{mark}Filiale")
    till = factories.make_till(store, name=f"{mark}Kasse")
    cashier = factories.make_staff(merchant, Role.CASHIER, name=f"{mark}Team")
    member = factories.make_member(merchant, first_name=mark, last_name=f"{mark}Mitglied", joined_store=store)
    contact = factories.make_contact(member, value=f"{mark.lower()}@example.org")
    card = factories.make_card(member)
    program = make_program(merchant, mark)
    rule = save_rule(
        program=program,
        name=f"{mark}Regel",
        definition={"then": [{"kind": "fixed", "units": 3}]},
        at=at - timedelta(days=2),
    )
    reward = save_reward(reward=Reward(merchant=merchant, program=program, name=f"{mark}Prämie", price=1))
    limit = Limit.objects.create(
        merchant=merchant, kind=LimitKind.UNITS, subject=LimitSubject.CARD, maximum=50, program=str(program.public_id)
    )
    touch_rules(merchant=merchant)
    earn(
        merchant=merchant,
        card_token=card.number,
        sale=Sale(amount_cents=500),
        till=till,
        staff=cashier,
        request_id=f"{mark}-earn",
        at=at,
    )
    redeem(
        merchant=merchant,
        card=card,
        reward=str(reward.public_id),
        code_step=None,
        till=till,
        staff=cashier,
        request_id=f"{mark}-redeem",
        at=at,
    )
    entry = audit.record(
        merchant=merchant,
        at=at,
        action="store.changed",
        target=store,
        actor=Actor.of_staff(cashier),
        new={"name": store.name},
    )
    job = Job.objects.create(
        merchant=merchant, name=f"{mark}job", state=JobState.FAILED, run_at=at, finished_at=at, attempts=8
    )
    return Shop(
        mark=mark,
        merchant=merchant,
        store=store,
        till=till,
        cashier=cashier,
        member=member,
        contact=contact,
        card=card,
        program=program,
        rule=rule,
        reward=reward,
        booking=Booking.objects.for_merchant(merchant).get(kind="earn"),
        redemption=Redemption.objects.for_merchant(merchant).get(),
        account=Account.objects.for_merchant(merchant).filter(card=card).get(),
        transfer=Transfer.objects.for_merchant(merchant).get(reason="earn"),
        lot=Lot.objects.for_merchant(merchant).get(),
        limit=limit,
        assessment=Assessment.objects.for_merchant(merchant).order_by("pk")[0],
        entry=entry,
        job=job,
    )
