"""Stores with their hours; tills with the codes and keys that open doors."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import qr
from members.audit import Actor
from members.domain.shifts import open_shift
from members.domain.tills import make_api_key, pair_device, till_for_api_key, till_for_device
from members.models import AuditEntry, Merchant, Shift, Store, Till, TillPairing
from tests import factories
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

ADD = "/admin/members/store/add/"


def actions(merchant: Merchant) -> list[str]:
    """Return what the audit log of a merchant says was done, the latest last."""
    return [entry.action for entry in AuditEntry.objects.for_merchant(merchant).order_by("id")]


def test_hours_are_kept_day_by_day_and_shown_again(desk: Client, merchant: Merchant) -> None:
    form = {"name": "Markt", "is_active": "on", "opens_0": "07:00", "closes_0": "18:30", "opens_6": "08:00",
            "closes_6": "11:00"}  # fmt: skip
    assert desk.post(ADD, form).status_code == 302
    store = Store.objects.for_merchant(merchant).get()
    assert store.opening_hours == {"0": ["07:00", "18:30"], "6": ["08:00", "11:00"]}
    content = desk.get(reverse("office:members_store_change", args=[store.pk])).content.decode()
    assert re.search(r'name="opens_6" value="08:00"', content)
    entry = AuditEntry.objects.for_merchant(merchant).get()
    assert (entry.action, entry.new["opening_hours"]) == ("store.added", store.opening_hours)


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"opens_2": "07:00"}, "closes_2"),
        ({"closes_2": "07:00"}, "opens_2"),
        ({"opens_2": "18:00", "closes_2": "07:00"}, "closes_2"),
        ({"opens_2": "07:00", "closes_2": "07:00"}, "closes_2"),
        ({"opens_2": "25:00", "closes_2": "26:00"}, "opens_2"),
    ],
)
def test_impossible_hours_are_refused_at_their_field(
    desk: Client, merchant: Merchant, hours: dict[str, str], field: str
) -> None:
    answer = desk.post(ADD, {"name": "Markt", "is_active": "on", **hours})
    assert field in answer.context["adminform"].form.errors
    assert not Store.objects.for_merchant(merchant).exists()


def test_clearing_the_hours_of_a_day_closes_it(desk: Client, merchant: Merchant) -> None:
    store = factories.make_store(merchant, opening_hours={"0": ["07:00", "18:30"], "1": ["07:00", "18:30"]})
    form = {"name": store.name, "is_active": "on", "opens_1": "07:00", "closes_1": "18:30"}
    desk.post(reverse("office:members_store_change", args=[store.pk]), form)
    store.refresh_from_db()
    assert store.opening_hours == {"1": ["07:00", "18:30"]}


def test_second_store_of_one_name_is_refused(desk: Client, shop: Shop) -> None:
    assert desk.post(ADD, {"name": shop.store.name, "is_active": "on"}).status_code == 200
    assert Store.objects.for_merchant(shop.merchant).count() == 1


def test_pairing_shows_a_code_once_that_pairs_a_device(desk: Client, shop: Shop) -> None:
    address = reverse("office:till_pair", args=[shop.till.pk])
    assert_clean(desk.get(address))
    assert not TillPairing.objects.for_merchant(shop.merchant).exists()

    answer = desk.post(address)
    assert_clean(answer)
    code = answer.context["code"]
    assert code in text_of(answer)
    assert "/counter/pair/" in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    paired = pair_device(code=code, at=timezone.now())
    assert paired is not None
    assert paired.till == shop.till
    assert pair_device(code=code, at=timezone.now()) is None
    assert code.replace(" ", "") not in str(dict(desk.session.items()))
    assert code.replace(" ", "") not in str(list(AuditEntry.objects.for_merchant(shop.merchant).values()))


def test_pairing_code_in_the_qr_stands_behind_the_hash(desk: Client, shop: Shop) -> None:
    answer = desk.post(reverse("office:till_pair", args=[shop.till.pk]))
    code = answer.context["code"].replace(" ", "")
    assert answer.context["qr_svg"] == qr.svg(f"http://testserver/counter/pair/#{code}")


def test_new_pairing_code_ends_the_older_one(desk: Client, shop: Shop) -> None:
    address = reverse("office:till_pair", args=[shop.till.pk])
    first = desk.post(address).context["code"]
    second = desk.post(address).context["code"]
    assert pair_device(code=first, at=timezone.now()) is None
    assert pair_device(code=second, at=timezone.now()) is not None


def test_api_key_is_shown_once_and_works(desk: Client, shop: Shop) -> None:
    answer = desk.post(reverse("office:till_make_key", args=[shop.till.pk]))
    assert_clean(answer)
    key = answer.context["key"]
    assert key in answer.content.decode()
    assert till_for_api_key(key) == shop.till
    for page in ("change", "history"):
        shown = desk.get(reverse(f"office:members_till_{page}", args=[shop.till.pk])).content.decode()
        assert key not in shown
        assert key.rsplit("_", 1)[1] not in shown
    assert "till.api_key_made" in actions(shop.merchant)


def test_new_api_key_ends_the_older_one_and_revoking_ends_it(desk: Client, shop: Shop) -> None:
    first = desk.post(reverse("office:till_make_key", args=[shop.till.pk])).context["key"]
    second = desk.post(reverse("office:till_make_key", args=[shop.till.pk])).context["key"]
    assert till_for_api_key(first) is None
    assert till_for_api_key(second) == shop.till
    assert desk.post(reverse("office:till_revoke_key", args=[shop.till.pk])).status_code == 302
    assert till_for_api_key(second) is None
    assert actions(shop.merchant)[-1] == "till.api_key_revoked"


def test_unpairing_closes_the_door_and_ends_the_shift(desk: Client, shop: Shop) -> None:
    code = desk.post(reverse("office:till_pair", args=[shop.till.pk])).context["code"]
    paired = pair_device(code=code, at=timezone.now())
    assert paired is not None
    shift = Shift.objects.create(merchant=shop.merchant, till=shop.till, staff=shop.cashier, started_at=timezone.now())
    assert till_for_device(paired.device_token) == shop.till

    assert desk.post(reverse("office:till_unpair", args=[shop.till.pk])).status_code == 302

    assert till_for_device(paired.device_token) is None
    assert open_shift(till=shop.till, shift_public_id=shift.public_id) is None


def test_pages_ask_before_they_act(desk: Client, shop: Shop) -> None:
    make_api_key(till=shop.till, actor=Actor.job("test"), at=timezone.now())
    before = Till.objects.for_merchant(shop.merchant).values().get(), actions(shop.merchant)
    for name in ("till_pair", "till_unpair", "till_make_key", "till_revoke_key"):
        assert_clean(desk.get(reverse(f"office:{name}", args=[shop.till.pk])))
    assert (Till.objects.for_merchant(shop.merchant).values().get(), actions(shop.merchant)) == before


def test_till_can_be_switched_off_and_renamed(desk: Client, shop: Shop) -> None:
    form = {"name": "Kasse Ost", "store": shop.store.pk, "volume": "40"}
    assert desk.post(reverse("office:members_till_change", args=[shop.till.pk]), form).status_code == 302
    shop.till.refresh_from_db()
    assert (shop.till.name, shop.till.volume, shop.till.is_active, shop.till.quick_stamp) == (
        "Kasse Ost",
        40,
        False,
        False,
    )


def test_keys_of_a_till_cannot_be_sent_with_its_form(desk: Client, shop: Shop) -> None:
    form = {
        "name": "Kasse Ost",
        "store": shop.store.pk,
        "volume": "40",
        "api_key_hash": "a" * 64,
        "device_hash": "b" * 64,
    }
    desk.post(reverse("office:members_till_change", args=[shop.till.pk]), form)
    shop.till.refresh_from_db()
    assert (shop.till.name, shop.till.api_key_hash, shop.till.device_hash) == ("Kasse Ost", "", "")


def test_volume_beyond_a_hundred_is_refused(desk: Client, shop: Shop) -> None:
    form = {"name": "Kasse Ost", "store": shop.store.pk, "volume": "101"}
    assert desk.post(reverse("office:members_till_change", args=[shop.till.pk]), form).status_code == 200
