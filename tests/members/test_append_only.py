"""The audit log is append-only in the database itself: no code path, admin page or shell rewrites it."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from members.audit import Actor, record
from members.models import AuditEntry, Card, Staff
from tests.factories import NOW


@pytest.fixture
def entry(card: Card) -> AuditEntry:
    return record(
        merchant=card.merchant, at=NOW, action="card.blocked", target=card, actor=Actor.job("test"), reason="lost"
    )


def _save(entry: AuditEntry) -> None:
    entry.reason = "rewritten"
    entry.save()


def _update(entry: AuditEntry) -> None:
    AuditEntry.objects.for_merchant(entry.merchant_id).update(reason="rewritten")


def _sql_update(entry: AuditEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_auditentry SET reason = 'rewritten' WHERE id = %s", [entry.pk])


def _sql_delete(entry: AuditEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM members_auditentry")


def _delete(entry: AuditEntry) -> None:
    entry.delete()


def _delete_query(entry: AuditEntry) -> None:
    AuditEntry.objects.for_merchant(entry.merchant_id).delete()


@pytest.mark.parametrize("tamper", [_save, _update, _sql_update, _sql_delete, _delete, _delete_query])
def test_audit_entry_change_is_refused_by_the_database(tamper: Callable[[AuditEntry], None], entry: AuditEntry) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tamper(AuditEntry.objects.for_merchant(entry.merchant_id).get())

    kept = AuditEntry.objects.for_merchant(entry.merchant_id).get()
    assert (kept.pk, kept.reason) == (entry.pk, "lost")


def test_audit_entry_of_a_deleted_login_keeps_its_number(card: Card, owner: Staff) -> None:
    user = owner.user
    assert user is not None
    entry = record(merchant=card.merchant, at=NOW, action="card.seen", target=card, actor=Actor("Olga", user=user))
    number = user.pk
    owner.user = None
    owner.save()

    user.delete()

    assert AuditEntry.objects.for_merchant(card.merchant_id).get(pk=entry.pk).user_id == number
