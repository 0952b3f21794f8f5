"""Names of statements."""

import pytest

from bench.statements import named


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('SELECT "members_till"."id" FROM "members_till" INNER JOIN "members_store" ON 1', ["SELECT members_till"]),
        ('UPDATE "rewards_account" SET "balance" = 1', ["UPDATE rewards_account"]),
        (
            "\nINSERT INTO fraud_limitcounter (merchant_id) VALUES (1)\nON CONFLICT DO NOTHING",
            ["INSERT fraud_limitcounter"],
        ),
        ('SAVEPOINT "s1_x1"', ["SAVEPOINT"]),
        ("BEGIN", []),
        ("BEGIN IMMEDIATE", []),
        ("COMMIT", []),
    ],
)
def test_named_is_verb_and_first_table(text: str, names: list[str]) -> None:
    assert named([text]) == names
