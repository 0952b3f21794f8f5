"""One object of every tenant model of another merchant, with names that must never show up elsewhere."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.apps import apps
from django.db import models

from fraud.models import Limit
from members import audit, outbox
from members.audit import Actor
from members.domain.merchants import touch_rules
from members.domain.tills import start_pairing
from members.models import Consent as ConsentRow
from members.models import ConsentPurpose, Merchant, Role
from members.tenancy import TenantModel
from rewards.models import Redemption
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import a_reward, book, spend, stamp_program

MARK = "Fremdling"


@dataclass
class ForeignWorld:
    """Another merchant's rows by model label, and the texts that would give them away."""

    merchant: Merchant
    rows: dict[str, TenantModel] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every row of the merchant, table by table, to compare before and after."""
        return {
            model._meta.label: [
                tuple(map(str, row)) for row in model.objects.for_merchant(self.merchant).order_by("pk").values_list()
            ]
            for model in tenant_models()
        }


def tenant_models() -> list[type[TenantModel]]:
    """Return every model that belongs to a merchant."""
    found: list[type[models.Model]] = [
        model
        for app in ("members", "fraud", "verification", "rewards")
        for model in apps.get_app_config(app).get_models()
    ]
    return [model for model in found if issubclass(model, TenantModel)]


def make_foreign_world() -> ForeignWorld:
    """Build the merchant and let it live a little, through the domain."""
    merchant = factories.make_merchant(name=f"{MARK} Laden", slug="fremd")
    store = factories.make_store(merchant, name=f"{MARK} Filiale")
    till = factories.make_till(store, name=f"{MARK} Kasse")
    staff = factories.make_staff(merchant, Role.MANAGER, name=f"{MARK} Leitung", user=factories.make_user())
    member = factories.make_member(merchant, first_name="Frieda", last_name=MARK)
    factories.make_contact(member, value="frieda@fremdling.example")
    ConsentRow.objects.create(
        merchant=merchant, member=member, purpose=ConsentPurpose.TERMS, wording_version="1", source="x", given_at=NOW
    )
    card = factories.make_card(member)
    factories.make_shift(till, staff)
    start_pairing(till=till, actor=Actor.job("test"), at=NOW)
    program = stamp_program(merchant, stamps=10, name=f"{MARK} Karte", expiry_months=12)
    reward = a_reward(program, name=f"{MARK} Prämie")
    Limit.objects.create(merchant=merchant, kind="units", subject="card", maximum=1000)
    touch_rules(merchant=merchant)
    book(card, till=till, staff=staff)
    book(card, till=till, staff=staff, at=NOW + timedelta(minutes=1))
    spend(card, reward, till=till, staff=staff, at=NOW + timedelta(minutes=2))
    audit.record(merchant=merchant, at=NOW, action="test.made", target=card, actor=Actor.of_staff(staff))
    far_off = NOW + timedelta(days=3650)  # a job overdue would make /readyz say so
    outbox.enqueue(merchant=merchant, name="nightly", arguments={}, run_at=far_off, unique_key=str(uuid.uuid4()))
    world = ForeignWorld(merchant, marks=[MARK, card.number, card.grouped_number, "fremdling.example"])
    for model in tenant_models():
        row = model.objects.for_merchant(merchant).order_by("pk").first()
        assert row is not None, f"the foreign world lacks a {model._meta.label}"
        world.rows[model._meta.label] = row
    assert Redemption.objects.for_merchant(merchant).count() == 1
    return world
