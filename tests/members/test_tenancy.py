"""The net under the faces: a query on tenant data that names no merchant never reaches the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import Count, Prefetch, Q
from django.test.utils import CaptureQueriesContext

from members.models import Card, Contact, Member, Merchant, Store
from members.tenancy import TenantModel, TenantQuerySet, UnscopedQuery, same_merchant
from tests.factories import make_card, make_contact, make_member, make_store, make_till

Cards = TenantQuerySet[Card]

READS: dict[str, Callable[[Cards], Any]] = {
    "get": lambda cards: cards.get(pk=1),
    "first": lambda cards: cards.first(),
    "last": lambda cards: cards.last(),
    "latest": lambda cards: cards.latest("issued_at"),
    "earliest": lambda cards: cards.earliest("issued_at"),
    "iterate": list,
    "length": len,
    "truth": bool,
    "index": lambda cards: cards[0],
    "slice": lambda cards: list(cards[:2]),
    "count": lambda cards: cards.count(),
    "exists": lambda cards: cards.exists(),
    "contains": lambda cards: cards.contains(Card(pk=1)),
    "aggregate": lambda cards: cards.aggregate(Count("pk")),
    "iterator": lambda cards: list(cards.iterator()),
    "in_bulk": lambda cards: cards.in_bulk([1]),
    "values": lambda cards: list(cards.values("number")),
    "values_list": lambda cards: list(cards.values_list("number", flat=True)),
    "dates": lambda cards: list(cards.dates("issued_at", "month")),
    "filter": lambda cards: list(cards.filter(number="X")),
    "exclude": lambda cards: list(cards.exclude(merchant=1)),
    "filter by no merchant": lambda cards: list(cards.filter(merchant=None)),
    "select_for_update": lambda cards: cards.select_for_update().first(),
    "select_related": lambda cards: list(cards.select_related("member", "merchant")),
    "annotate": lambda cards: list(cards.annotate(n=Count("pk"))),
    "update": lambda cards: cards.update(level=3),
    "delete": lambda cards: cards.delete(),
    "bulk_update": lambda cards: cards.bulk_update([Card(pk=1, level=3)], ["level"]),
    "update_or_create": lambda cards: cards.update_or_create(number="X", defaults={"level": 3}),
    "get_or_create": lambda cards: cards.get_or_create(number="X"),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_query_without_merchant_raises_and_reaches_nothing(read: Callable[[Cards], Any], card: Card) -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        pytest.raises(UnscopedQuery),
    ):
        read(Card.objects.all())

    assert [query["sql"] for query in queries if "members_card" in query["sql"]] == []


@pytest.mark.parametrize("method", ["count", "exists", "first", "in_bulk", "iterator"])
def test_manager_without_merchant_raises(method: str, card: Card) -> None:
    with pytest.raises(UnscopedQuery):
        getattr(Card.objects, method)()


@pytest.mark.parametrize(
    "model", [m for m in apps.get_models() if issubclass(m, TenantModel)], ids=lambda m: m.__name__
)
def test_every_tenant_model_refuses_an_unscoped_read(model: type[models.Model], db: None) -> None:
    with pytest.raises(UnscopedQuery):
        model._default_manager.exists()


def test_another_merchants_objects_are_not_found(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)

    assert list(Card.objects.for_merchant(card.merchant_id)) == [card]
    assert list(Card.objects.for_merchant(other_merchant)) == [theirs]
    with pytest.raises(Card.DoesNotExist):
        Card.objects.for_merchant(card.merchant_id).get(public_id=theirs.public_id)


def test_update_and_delete_stay_within_the_merchant(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)

    assert Card.objects.for_merchant(card.merchant_id).update(level=2) == 1
    assert Card.objects.for_merchant(card.merchant_id).filter(pk=theirs.pk).delete() == (0, {})

    theirs.refresh_from_db()
    assert theirs.level == 0


def test_scope_survives_every_refinement(card: Card, merchant: Merchant) -> None:
    scoped = Card.objects.for_merchant(merchant)

    refined = scoped.exclude(state="blocked").filter(Q(level=0) | Q(level=1)).select_related("member").order_by("pk")
    assert list(refined.distinct()[:5]) == [card]
    assert scoped.count() == 1
    assert scoped.exists()
    assert scoped.in_bulk([card.pk]) == {card.pk: card}
    assert list(scoped.iterator()) == [card]


@pytest.mark.parametrize("lookup", ["merchant", "merchant_id", "merchant__exact", "merchant__in"])
def test_filter_by_merchant_counts_as_scope(lookup: str, card: Card, other_merchant: Merchant) -> None:
    make_card(merchant=other_merchant)
    value: Any = [card.merchant_id] if lookup.endswith("__in") else card.merchant_id  # Any: one id or several

    assert Card.objects.filter(**{lookup: value}).get() == card


def test_related_manager_is_scoped_by_its_object(member: Member, card: Card) -> None:
    make_card(make_member(member.merchant))

    assert list(member.cards.all()) == [card]
    assert member.cards.count() == 1
    assert member.cards.filter(state="unverified").exists()


def test_forward_relation_follows_its_key(card: Card, member: Member) -> None:
    fresh = Card.objects.for_merchant(card.merchant_id).get()

    assert fresh.member == member
    fresh.refresh_from_db()
    assert fresh.merchant == member.merchant


def test_prefetch_needs_no_further_scope(member: Member, card: Card) -> None:
    plain = Member.objects.for_merchant(member.merchant_id).prefetch_related("cards").get()
    named = Prefetch("cards", queryset=Card.objects.for_merchant(member.merchant_id))

    assert list(plain.cards.all()) == [card]
    assert list(Member.objects.for_merchant(member.merchant_id).prefetch_related(named).get().cards.all()) == [card]


def test_deleting_a_member_reaches_its_contacts(member: Member, other_merchant: Merchant) -> None:
    make_contact(member)
    theirs = make_contact(make_member(other_merchant))

    member.delete()

    assert list(Contact.objects.across_merchants(reason="test").all()) == [theirs]


def test_across_merchants_reads_all_and_asks_for_a_reason(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)

    assert set(Card.objects.across_merchants(reason="a nightly job")) == {card, theirs}
    with pytest.raises(ValueError, match="reason"):
        Card.objects.across_merchants(reason="")


def test_none_needs_no_merchant(db: None) -> None:
    assert list(Card.objects.none()) == []
    assert not Card.objects.none().exists()


def test_union_with_an_unscoped_query_is_refused(card: Card) -> None:
    scoped, unscoped = Card.objects.for_merchant(card.merchant_id), Card.objects.filter(level=0)

    combinations: list[Callable[[], list[Card]]] = [
        lambda: list(scoped | unscoped),
        lambda: list(scoped ^ unscoped),
        lambda: list(scoped.union(unscoped)),
    ]
    for combination in combinations:
        with pytest.raises(UnscopedQuery):
            combination()


def test_raw_query_is_refused(card: Card) -> None:
    with pytest.raises(UnscopedQuery):
        Card.objects.for_merchant(card.merchant_id).raw("SELECT * FROM members_card")


def test_unscoped_query_with_a_union_is_refused(card: Card) -> None:
    scoped, unscoped = Card.objects.for_merchant(card.merchant_id), Card.objects.filter(level=0)

    combinations: list[Callable[[], list[Card]]] = [
        lambda: list(unscoped | scoped),
        lambda: list(unscoped.union(scoped)),
    ]
    for combination in combinations:
        with pytest.raises(UnscopedQuery):
            combination()


def test_union_of_scoped_queries_works(card: Card, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)
    mine, others = Card.objects.for_merchant(card.merchant_id), Card.objects.for_merchant(other_merchant)

    assert set(mine | others) == {card, theirs}
    assert set(mine.union(others)) == {card, theirs}
    assert set(mine & Card.objects.filter(level=0)) == {card}


def test_same_merchant_compares_all_given(store: Store, other_merchant: Merchant) -> None:
    till = make_till(store)

    assert same_merchant(store, till, None)
    assert same_merchant()
    assert not same_merchant(store, till, make_store(other_merchant))
