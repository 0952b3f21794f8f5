"""The command tells a sound ledger from one that SQL has touched."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from members.append_only import remove_sql
from members.models import Card, Merchant
from rewards.models import Transfer
from tests.rewards.programs import book, stamp_program


def test_prove_ledger_on_a_sound_ledger_says_it_holds(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    book(card)
    out = StringIO()
    call_command("prove_ledger", stdout=out)
    assert out.getvalue() == f"{merchant.slug}: holds\n"


def test_prove_ledger_after_a_change_by_sql_names_the_row_and_fails(merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    book(card)
    row = Transfer.objects.for_merchant(merchant).get()
    with connection.cursor() as cursor:
        for statement in remove_sql(connection.vendor, "rewards_transfer"):
            cursor.execute(statement)
        cursor.execute("UPDATE rewards_transfer SET amount = 100 WHERE id = %s", [row.pk])
    out = StringIO()
    with pytest.raises(CommandError, match="2 findings"):
        call_command("prove_ledger", "--json", stdout=out)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(f["what"], f["table"]) for f in found] == [
        ("row_changed", "rewards_transfer"),
        ("lot_not_from_transfer", "rewards_lot"),
    ]
    assert found[0]["row"] == row.pk


def test_prove_ledger_of_an_unknown_merchant_says_so(merchant: Merchant) -> None:
    with pytest.raises(CommandError, match="short name"):
        call_command("prove_ledger", "--merchant", "nobody")
