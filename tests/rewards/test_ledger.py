"""The ledger can't lie: the database refuses rewriting, the proof finds changes, random life keeps the sums."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from members.append_only import remove_sql
from members.models import Card, Merchant
from rewards.domain.expiry import expire_lots
from rewards.domain.outcome import Outcome
from rewards.domain.proof import prove
from rewards.models import Account, AccountKind, Booking, LotMove, Transfer
from tests import factories
from tests.factories import NOW
from tests.rewards.programs import a_reward, balance, book, spend, stamp_program, take_back

TABLES = ["rewards_transfer", "rewards_booking", "rewards_lotmove", "fraud_assessment"]


def _run(sql: str, *parameters: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


@pytest.fixture
def lived(merchant: Merchant, card: Card) -> Card:
    """A card with some life: earned, spent, undone."""
    program = stamp_program(merchant, stamps=4, expiry_months=12)
    book(card)
    book(card, at=NOW + timedelta(days=40))
    spend(card, a_reward(program, price=5))
    take_back(book(card), merchant)
    return card


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_history_can_not_be_rewritten(lived: Card, table: str, verb: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # names from the list above
        before = cursor.fetchone()[0]
    assert before > 0
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        _run(verb.format(table=table))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # names from the list above
        assert cursor.fetchone()[0] == before


@pytest.fixture
def unguarded(lived: Card) -> Card:
    """The database administrator's power: the triggers are gone for this test's transaction."""
    for table in TABLES:
        for statement in remove_sql(connection.vendor, table):
            _run(statement)
    return lived


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE rewards_transfer SET amount = amount + 1 WHERE id = {first}", "row_changed"),
        ("UPDATE rewards_transfer SET expires_at = '2090-01-01 00:00:00+00' WHERE id = {first}", "row_changed"),
        ("UPDATE rewards_transfer SET reason = 'welcome' WHERE id = {last}", "row_changed"),
        (
            "UPDATE rewards_booking SET content_hash = 'x' WHERE id = (SELECT min(id) FROM rewards_booking)",
            "row_changed",
        ),
        ("UPDATE rewards_account SET balance = balance + 5 WHERE card_id IS NOT NULL", "balance_differs"),
        ("UPDATE rewards_account SET sequence = sequence - 1 WHERE card_id IS NOT NULL", "head_differs"),
        ("UPDATE rewards_lot SET remaining = remaining - 1 WHERE remaining > 0", "lot_differs"),
        ("UPDATE rewards_lot SET expires_at = '2090-01-01 00:00:00+00'", "lot_expiry_changed"),
    ],
)
def test_proof_finds_what_sql_changed(unguarded: Card, merchant: Merchant, change: str, what: str) -> None:
    assert prove(merchant=merchant) == ()
    ids = list(Transfer.objects.for_merchant(merchant).order_by("pk").values_list("pk", flat=True))
    _run(change.format(first=ids[0], last=ids[-1]))
    findings = prove(merchant=merchant)
    assert what in {finding.what for finding in findings}
    if "{first}" in change:
        assert findings[0].row == ids[0]


def test_proof_finds_a_removed_row(unguarded: Card, merchant: Merchant) -> None:
    ids = list(Transfer.objects.for_merchant(merchant).order_by("pk").values_list("pk", flat=True))
    if connection.vendor == "postgresql":
        _run("SET session_replication_role = replica")  # an administrator can switch foreign keys off
    else:
        _run("PRAGMA defer_foreign_keys = ON")
    try:
        _run("DELETE FROM rewards_transfer WHERE id = %s", ids[1])
        findings = prove(merchant=merchant)
    finally:
        if connection.vendor == "postgresql":
            _run("SET session_replication_role = DEFAULT")
        transaction.set_rollback(True)
    assert findings[0].what == "row_missing"
    assert findings[0].row == ids[2]


def test_balance_below_zero_is_refused_by_the_database(lived: Card) -> None:
    account = Account.objects.for_merchant(lived.merchant).get(card=lived)
    with pytest.raises(DatabaseError), transaction.atomic():
        _run("UPDATE rewards_account SET balance = -1 WHERE id = %s", account.pk)


class LedgerLife(RuleBasedStateMachine):
    """Random earning, spending, undoing and expiring on two cards; the model is a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.merchant = factories.make_merchant()
        self.program = stamp_program(self.merchant, stamps=3, expiry_months=1, expiry_rounding="month")
        self.reward = a_reward(self.program, price=4)
        self.cards = [factories.make_card(merchant=self.merchant) for _ in range(2)]
        self.at = NOW
        self.done: list[tuple[Outcome, Card]] = []
        self.expected: dict[int, int] = {card.pk: 0 for card in self.cards}
        self.issued = 0

    @rule(which=st.integers(0, 1))
    def earn(self, which: int) -> None:
        card = self.cards[which]
        self.done.append((book(card, at=self.at), card))
        self.expected[card.pk] += 3
        self.issued += 3

    @rule(which=st.integers(0, 1))
    def redeem(self, which: int) -> None:
        card = self.cards[which]
        outcome = spend(card, self.reward, at=self.at)
        assert (outcome.status == "posted") == (self.expected[card.pk] >= 4)
        if outcome.status == "posted":
            self.expected[card.pk] -= 4
            self.done.append((outcome, card))

    @rule(which=st.integers(0, 30))
    def undo(self, which: int) -> None:
        if not self.done:
            return
        outcome, card = self.done[which % len(self.done)]
        manager = factories.make_staff(self.merchant, pin="")
        undone = take_back(outcome, self.merchant, at=self.at, manager=manager)
        if undone.status == "posted":
            self.expected[card.pk] += 4 if outcome.kind == "redeem" else -3

    @rule(days=st.integers(1, 40))
    def night(self, days: int) -> None:
        self.at += timedelta(days=days)
        before = {card.pk: balance(card, self.program) for card in self.cards}
        expire_lots(merchant=self.merchant, at=self.at)
        for card in self.cards:
            now = balance(card, self.program)
            assert now <= before[card.pk]
            self.expected[card.pk] = now

    @invariant()
    def balances_are_what_the_model_says(self) -> None:
        assert {card.pk: balance(card, self.program) for card in self.cards} == self.expected

    @invariant()
    def nothing_is_created_or_lost(self) -> None:
        rows = Transfer.objects.for_merchant(self.merchant).values_list("debit__kind", "credit__kind", "amount")
        flow = dict.fromkeys(AccountKind.values, 0)
        for debit, credit, amount in rows:
            flow[debit] -= amount
            flow[credit] += amount
        assert sum(flow.values()) == 0
        assert flow["available"] == sum(self.expected.values())
        assert -flow["issue"] <= self.issued

    @invariant()
    def the_proof_holds(self) -> None:
        assert prove(merchant=self.merchant) == ()

    def teardown(self) -> None:
        moves = LotMove.objects.for_merchant(self.merchant).count()
        assert moves >= Booking.objects.for_merchant(self.merchant).filter(kind="redeem", outcome="posted").count()


@pytest.mark.django_db
def test_random_life_keeps_every_sum() -> None:
    """Each example is undone by a savepoint, so that the next one starts from an empty ledger."""

    class Isolated(LedgerLife):
        def __init__(self) -> None:
            self.savepoint = transaction.savepoint()
            super().__init__()

        def teardown(self) -> None:
            super().teardown()
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Isolated,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
