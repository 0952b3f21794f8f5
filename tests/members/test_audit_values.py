"""What an audit entry keeps of values: nothing that names, reaches or authenticates a person, and always JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from members.audit_values import HIDDEN, HIDDEN_CHANGED, hidden_pair, hidden_text
from members.models import CardState, Merchant

HIDDEN_FIELDS = [
    "value",
    "code",
    "email",
    "phone",
    "number",
    "card_number",
    "pin",
    "pin_hash",
    "device_hash",
    "api_key_hash",
    "api_key",
    "birth_date",
    "first_name",
    "last_name",
    "Last_Name",
    "new_email",
    "password",
    "device_token",
]


@pytest.mark.parametrize("field", HIDDEN_FIELDS)
def test_hidden_field_shows_only_whether_it_changed(field: str) -> None:
    assert hidden_pair({field: "Beispiel"}, {field: "Muster"}) == ({field: HIDDEN}, {field: HIDDEN_CHANGED})
    assert hidden_pair({field: "Beispiel"}, {field: "Beispiel"}) == ({field: HIDDEN}, {field: HIDDEN})
    assert hidden_pair({field: ""}, {field: "Muster"}) == ({field: ""}, {field: HIDDEN_CHANGED})
    assert hidden_pair({field: "Beispiel"}, {field: None}) == ({field: HIDDEN}, {field: ""})
    assert hidden_pair({}, {field: "Muster"}) == ({}, {field: HIDDEN})


def test_open_fields_are_kept() -> None:
    old = {"state": CardState.VERIFIED, "name": "Filiale Süd", "level": 1, "is_active": True}
    new = {"state": CardState.BLOCKED, "name": "Filiale Nord", "level": 2, "is_active": False}

    assert hidden_pair(old, new) == (
        {"state": "verified", "name": "Filiale Süd", "level": 1, "is_active": True},
        {"state": "blocked", "name": "Filiale Nord", "level": 2, "is_active": False},
    )


def test_nested_values_hide_contacts_and_keep_a_rules_value() -> None:
    _, new = hidden_pair({}, {"rule": {"kind": "amount", "value": 500, "email": "a@example.org", "codes": [1, "x"]}})

    assert new == {"rule": {"kind": "amount", "value": 500, "email": HIDDEN, "codes": [1, "x"]}}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (7, 7),
        (1.5, "1.5"),
        (float("nan"), "nan"),
        (Decimal("9.90"), "9.90"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "2026-11-24T09:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (gettext_lazy("no such text"), "no such text"),
        (("a", "b"), ["a", "b"]),
        ({"b", "a"}, ["a", "b"]),
        (b"secret", HIDDEN),
        (Merchant(pk=7, name="Bäckerei"), "7"),
        ("a\0b\ud800", "ab?"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_value_becomes_json(value: Any, kept: Any) -> None:
    assert hidden_pair({}, {"field": value}) == ({}, {"field": kept})


def test_unknown_kind_of_value_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        hidden_pair({}, {"field": object()})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Frau B. (anna.b@example.org) hat angerufen", f"Frau B. ({HIDDEN}) hat angerufen"),
        ("Rückruf +49 170 1234567 bis 18 Uhr", f"Rückruf {HIDDEN} bis 18 Uhr"),
        ("Rückruf 0170/123 45-67.", f"Rückruf {HIDDEN}."),
        ("Bon 4711 vom 24.11.2026, 12,50 €", "Bon 4711 vom 24.11.2026, 12,50 €"),
        ("2026-11-24T09:00:00+00:00", "2026-11-24T09:00:00+00:00"),
        ("01234567-1234-4234-8234-0123456789ab", "01234567-1234-4234-8234-0123456789ab"),
    ],
)
def test_text_hides_contacts_and_nothing_else(text: str, kept: str) -> None:
    assert hidden_text(text) == kept


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.uuids() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(old=st.dictionaries(st.text(), values, max_size=4), new=st.dictionaries(st.text(), values, max_size=4))
def test_any_values_become_strict_json_under_the_same_names(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = hidden_pair(old, new)

    assert (before.keys(), after.keys()) == (old.keys(), new.keys())
    assert json.loads(json.dumps([before, after], allow_nan=False)) == [before, after]


@given(text=st.text(max_size=600), maximum=st.integers(min_value=1, max_value=300))
def test_any_text_is_short_and_storable(text: str, maximum: int) -> None:
    kept = hidden_text(text, maximum=maximum)

    assert len(kept) <= maximum
    assert "\0" not in kept
    kept.encode()
