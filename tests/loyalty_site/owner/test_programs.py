"""Programs and rewards: what an owner saves counts at the next booking."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import AuditEntry, Merchant
from rewards.domain.earn import Sale, earn
from rewards.domain.programs import book_for
from rewards.models import SYSTEM_KINDS, Account, Program, Reward
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

PROGRAM = {
    "name": "Kaffeekarte",
    "kind": "stamp_card",
    "state": "live",
    "unit_singular": "Bohne",
    "unit_plural": "Bohnen",
    "expiry_months": "12",
    "expiry_rounding": "year",
    "redeem_freshness": "any_code",
    "redeem_level": "0",
    "position": "0",
}


def last_entry(merchant: Merchant) -> AuditEntry:
    """Return the latest line of the audit log."""
    return AuditEntry.objects.for_merchant(merchant).order_by("-id")[0]


def test_new_program_gets_its_accounts_and_its_unit(desk: Client, merchant: Merchant) -> None:
    version = merchant.rules_version
    answer = desk.post(reverse("office:rewards_program_add"), PROGRAM)

    program = Program.objects.for_merchant(merchant).get()
    assert answer.status_code == 302
    assert (program.name, program.state, program.unit) == ("Kaffeekarte", "live", "bohne")
    accounts = Account.objects.for_merchant(merchant).filter(program=program)
    assert sorted(account.kind for account in accounts) == sorted(SYSTEM_KINDS)
    merchant.refresh_from_db()
    assert merchant.rules_version > version
    assert [live.name for live in book_for(merchant).programs] == ["Kaffeekarte"]
    entry = last_entry(merchant)
    assert (entry.action, entry.new["name"], entry.old) == ("program.added", "Kaffeekarte", {})
    assert entry.user is not None


def test_changed_program_keeps_old_and_new_in_the_log(desk: Client, shop: Shop) -> None:
    address = reverse("office:rewards_program_change", args=[shop.program.pk])
    desk.post(address, {**PROGRAM, "name": "EigenStempelkarte", "unit_singular": "Stempel", "unit_plural": "Stempel",
                        "expiry_months": "24"})  # fmt: skip
    entry = last_entry(shop.merchant)
    assert (entry.action, entry.old, entry.new) == (
        "program.changed",
        {"expiry_months": 12},
        {"expiry_months": 24},
    )
    shop.program.refresh_from_db()
    assert shop.program.unit == "stempel"


def test_saving_a_program_unchanged_leaves_no_entry(desk: Client, shop: Shop) -> None:
    before = AuditEntry.objects.for_merchant(shop.merchant).count()
    form = {**PROGRAM, "name": shop.program.name, "unit_singular": "Stempel", "unit_plural": "Stempel"}
    assert desk.post(reverse("office:rewards_program_change", args=[shop.program.pk]), form).status_code == 302
    assert AuditEntry.objects.for_merchant(shop.merchant).count() == before


def test_ended_program_books_no_more(desk: Client, shop: Shop) -> None:
    form = {**PROGRAM, "name": shop.program.name, "unit_singular": "Stempel", "unit_plural": "Stempel"}
    desk.post(reverse("office:rewards_program_change", args=[shop.program.pk]), {**form, "state": "ended"})
    shop.merchant.refresh_from_db()
    outcome = earn(
        merchant=shop.merchant,
        card_token=shop.card.number,
        sale=Sale(amount_cents=500),
        till=shop.till,
        staff=shop.cashier,
        request_id="after-the-end",
        at=timezone.now(),
    )
    assert outcome.status == "refused"


def test_second_program_of_one_name_is_refused_with_a_sentence(desk: Client, shop: Shop) -> None:
    answer = desk.post(reverse("office:rewards_program_add"), {**PROGRAM, "name": shop.program.name})
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert Program.objects.for_merchant(shop.merchant).count() == 1


def test_same_name_in_another_shop_is_nobodys_business(desk: Client, shop: Shop, other_shop: Shop) -> None:
    answer = desk.post(reverse("office:rewards_program_add"), {**PROGRAM, "name": other_shop.program.name})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [("redeem_level", "4"), ("kind", "lottery"), ("state", "gone"), ("name", ""), ("expiry_months", "-1")],
)
def test_impossible_program_is_refused(desk: Client, merchant: Merchant, field: str, value: str) -> None:
    assert desk.post(reverse("office:rewards_program_add"), {**PROGRAM, field: value}).status_code == 200
    assert not Program.objects.for_merchant(merchant).exists()


def test_program_that_ends_before_it_starts_is_refused_at_the_field(desk: Client, merchant: Merchant) -> None:
    period = {"starts_at": "2026-12-24T10:00", "ends_at": "2026-12-01T10:00"}
    answer = desk.post(reverse("office:rewards_program_add"), {**PROGRAM, **period})
    assert "ends_at" in answer.context["adminform"].form.errors
    assert not Program.objects.for_merchant(merchant).exists()


def test_period_is_read_and_shown_by_the_merchants_clock(desk: Client, merchant: Merchant) -> None:
    merchant.timezone = "America/New_York"
    merchant.save()
    desk.post(reverse("office:rewards_program_add"), {**PROGRAM, "starts_at": "2026-12-24T10:00"})
    program = Program.objects.for_merchant(merchant).get()
    assert program.starts_at is not None
    assert program.starts_at.isoformat() == "2026-12-24T15:00:00+00:00"
    content = desk.get(reverse("office:rewards_program_change", args=[program.pk])).content.decode()
    assert 'value="2026-12-24T10:00"' in content


def test_new_reward_is_offered_at_the_counter(desk: Client, shop: Shop) -> None:
    form = {"program": shop.program.pk, "name": "Brezel", "price": "2", "stock": "5", "is_active": "on"}
    assert desk.post(reverse("office:rewards_reward_add"), form).status_code == 302
    shop.merchant.refresh_from_db()
    names = [reward.name for program in book_for(shop.merchant).programs for reward in program.rewards]
    assert names == ["EigenPrämie", "Brezel"]
    assert last_entry(shop.merchant).action == "reward.added"


def test_reward_stays_in_its_program(desk: Client, shop: Shop) -> None:
    desk.post(reverse("office:rewards_program_add"), PROGRAM)
    other = Program.objects.for_merchant(shop.merchant).get(name="Kaffeekarte")
    form = {"program": other.pk, "name": "Umbenannt", "price": "2", "is_active": "on"}
    assert desk.post(reverse("office:rewards_reward_change", args=[shop.reward.pk]), form).status_code == 302
    shop.reward.refresh_from_db()
    assert (shop.reward.name, shop.reward.program) == ("Umbenannt", shop.program)


@pytest.mark.parametrize(("field", "value"), [("price", "0"), ("price", ""), ("stock", "-1")])
def test_impossible_reward_is_refused_at_its_field(desk: Client, shop: Shop, field: str, value: str) -> None:
    form = {"program": shop.program.pk, "name": "Brezel", "price": "2", "is_active": "on", field: value}
    answer = desk.post(reverse("office:rewards_reward_add"), form)
    assert field in answer.context["adminform"].form.errors
    assert Reward.objects.for_merchant(shop.merchant).count() == 1
