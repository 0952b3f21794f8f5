"""The night: expiry and proof, done again without harm, and an alarm that stays until the ledger is whole."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from loyalty_site.journeys.nightly import one_moment, run_night
from loyalty_site.proof_results import ACTION, ProofSummary, latest_proofs, record_proof
from members.models import AuditEntry, Card, Merchant, Store
from rewards.models import Account, AccountKind
from tests.factories import NOW, make_merchant, make_store
from tests.rewards.programs import balance, book, stamp_program

MUCH_LATER = NOW + timedelta(days=900)


def test_run_night_expires_what_is_due_and_notes_a_clean_proof(merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant, stamps=3, expiry_months=12)
    book(card)
    assert run_night(merchant=merchant, at=NOW) == ()
    assert balance(card, program) == 3
    assert run_night(merchant=merchant, at=MUCH_LATER) == ()
    assert run_night(merchant=merchant, at=MUCH_LATER) == ()
    assert balance(card, program) == 0
    entries = AuditEntry.objects.for_merchant(merchant).filter(action=ACTION)
    assert [(entry.new, entry.actor) for entry in entries] == [({"findings": 0}, "nightly")] * 3


def test_run_night_with_a_forged_balance_notes_and_logs_the_finding(
    merchant: Merchant, card: Card, caplog: pytest.LogCaptureFixture
) -> None:
    stamp_program(merchant)
    book(card)
    forged = Account.objects.for_merchant(merchant).get(card=card, kind=AccountKind.AVAILABLE)
    Account.objects.for_merchant(merchant).filter(pk=forged.pk).update(balance=1000)
    findings = run_night(merchant=merchant, at=NOW)
    assert {finding.account for finding in findings} == {forged.pk}
    assert latest_proofs(at=NOW).findings == len(findings) > 0
    assert [m for m in caplog.messages if m.startswith("ledger finding: ")] == [
        f"ledger finding: {finding.what}" for finding in findings
    ]
    Account.objects.for_merchant(merchant).filter(pk=forged.pk).update(balance=forged.balance)
    run_night(merchant=merchant, at=NOW + timedelta(days=1))
    assert latest_proofs(at=NOW).findings == 0


def test_latest_proofs_sums_findings_and_tells_the_oldest_proof(merchant: Merchant, other_merchant: Merchant) -> None:
    Merchant.objects.update(created_at=NOW - timedelta(days=9))
    closed = make_merchant(is_active=False)
    Merchant.objects.filter(pk=closed.pk).update(created_at=NOW - timedelta(days=90))
    for owner, days_ago, findings in ((merchant, 3, 7), (merchant, 1, 2), (other_merchant, 2, 1)):
        record_proof(merchant=owner, at=NOW - timedelta(days=days_ago), findings=findings)
    assert latest_proofs(at=NOW) == ProofSummary(findings=3, oldest=timedelta(days=2))
    never_proved = make_merchant()
    Merchant.objects.filter(pk=never_proved.pk).update(created_at=NOW - timedelta(days=5))
    assert latest_proofs(at=NOW) == ProofSummary(findings=3, oldest=timedelta(days=5))


@pytest.mark.django_db
def test_latest_proofs_without_merchants_says_zero() -> None:
    assert latest_proofs(at=NOW) == ProofSummary(findings=0, oldest=timedelta())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [True, False], ids=["one_moment", "control"])
def test_one_moment_hides_what_others_write_meanwhile(inside: bool) -> None:
    """The control shows that without it a proof would see a booking between two of its reads."""
    merchant = make_merchant()

    def write() -> None:
        try:
            make_store(merchant)
        finally:
            connections.close_all()

    def read_twice() -> tuple[int, int]:
        before = Store.objects.for_merchant(merchant).count()
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return before, Store.objects.for_merchant(merchant).count()

    if inside:
        with one_moment():
            assert read_twice() == (0, 0)
    else:
        assert read_twice() == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)
