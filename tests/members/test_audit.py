"""Audit entries: who, what, to which object, in the transaction of the act."""

import pytest
from django.db import transaction

from members.audit import Actor, history_of, record, shortened_reason
from members.models import AuditEntry, Card, Member, Merchant, Staff
from tests.factories import NOW, make_card, make_staff, make_user


def test_record_keeps_who_did_what_to_which_object(card: Card, manager: Staff) -> None:
    user = make_user()
    entry = record(
        merchant=card.merchant,
        at=NOW,
        action="card.blocked",
        target=card,
        actor=Actor.of_staff(manager, user=user),
        old={"state": "verified", "number": card.number},
        new={"state": "blocked", "number": card.number},
        reason="  verloren  ",
    )

    entry.refresh_from_db()
    assert (entry.at, entry.action, entry.reason) == (NOW, "card.blocked", "verloren")
    assert (entry.object_type, entry.object_id) == ("members.card", str(card.pk))
    assert (entry.actor, entry.staff, entry.user) == ("Mario Leitung", manager, user)
    assert entry.old == {"state": "verified", "number": "•"}
    assert entry.new == {"state": "blocked", "number": "•"}


def test_record_of_the_merchant_itself_or_a_login_is_possible(merchant: Merchant) -> None:
    job = Actor.job("nightly")

    for target in (merchant, make_user()):
        assert record(merchant=merchant, at=NOW, action="thing.seen", target=target, actor=job).actor == "nightly"


def test_record_about_another_merchants_object_or_person_is_refused(
    merchant: Merchant, other_merchant: Merchant, card: Card
) -> None:
    theirs, stranger = make_card(merchant=other_merchant), make_staff(other_merchant)

    with pytest.raises(ValueError, match="two merchants"):
        record(merchant=merchant, at=NOW, action="card.blocked", target=theirs, actor=Actor.job("test"))
    with pytest.raises(ValueError, match="two merchants"):
        record(merchant=merchant, at=NOW, action="card.blocked", target=card, actor=Actor.of_staff(stranger))
    assert not AuditEntry.objects.for_merchant(merchant).exists()


@pytest.mark.parametrize("action", ["", "x" * 41])
def test_record_action_of_wrong_length_is_refused(action: str, card: Card) -> None:
    with pytest.raises(ValueError, match="40 characters"):
        record(merchant=card.merchant, at=NOW, action=action, target=card, actor=Actor.job("test"))


def test_record_is_rolled_back_with_the_act(card: Card) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(merchant=card.merchant, at=NOW, action="card.blocked", target=card, actor=Actor.job("test"))
        _ = 1 / 0

    assert not AuditEntry.objects.for_merchant(card.merchant).exists()


def test_record_of_long_and_odd_texts_is_kept(card: Card) -> None:
    entry = record(
        merchant=card.merchant,
        at=NOW,
        action="card.blocked",
        target=card,
        actor=Actor("N\0" * 200),
        new={"note": "a\0\ud800" * 500},
        reason="r\0" * 500,
    )

    entry.refresh_from_db()
    assert (len(entry.actor), len(entry.reason)) == (80, 200)
    assert entry.reason.endswith("…")


def test_actor_of_member_names_no_person(member: Member) -> None:
    label = Actor.of_member(member).label

    assert str(member.public_id) in label
    assert member.last_name not in label


def test_history_of_lists_one_objects_entries_latest_first(card: Card, merchant: Merchant) -> None:
    other = make_card(merchant=merchant)
    for action, target in (("card.blocked", card), ("card.blocked", other), ("card.unblocked", card)):
        record(merchant=merchant, at=NOW, action=action, target=target, actor=Actor.job("test"))

    assert [entry.action for entry in history_of(card, merchant=merchant)] == ["card.unblocked", "card.blocked"]


def test_history_of_another_merchants_object_is_empty(merchant: Merchant, other_merchant: Merchant) -> None:
    theirs = make_card(merchant=other_merchant)
    record(merchant=other_merchant, at=NOW, action="card.blocked", target=theirs, actor=Actor.job("test"))

    assert history_of(theirs, merchant=other_merchant).count() == 1
    assert history_of(theirs, merchant=merchant).count() == 0


def test_shortened_reason_hides_contacts() -> None:
    assert shortened_reason(" Anruf von anna@example.org ") == "Anruf von •"
