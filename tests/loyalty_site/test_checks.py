"""The operator's checks: each mistake by its id, silence where all is well, and no secret in any message."""

import os
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from loyalty_site import checks
from tests.loyalty_site import worker

ALL = (
    checks.check_keys,
    checks.check_addresses,
    checks.check_data,
    checks.check_messages,
    checks.check_watching,
)
GOOD = {
    "DEBUG": False,
    "SECRET_KEY": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "LEDGER_KEY": b"a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9f",
    "CARD_CODE_KEY": b"1029384756afbecd1029384756afbecd1029384756afbecd1029384756afbecd",
    "ALLOWED_HOSTS": ["karte.example.de"],
    "BASE_URL": "https://karte.example.de",
    "SECURE_SSL_REDIRECT": True,
    "TRUSTED_PROXIES": 1,
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Bäckerei Morgenrot <karte@example.de>",
    "METRICS_TOKEN": "f5061728394a5b6c7d8e9fa0",
}


@pytest.fixture(autouse=True)
def _good(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAULT_POINT", raising=False)
    # In place: replacing DATABASES as a whole is what Django warns of.
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    for name, value in GOOD.items():
        setattr(settings, name, value)


def found() -> dict[str, str]:
    """Return id → message of everything the checks find; a hint is always there."""
    messages = [message for check in ALL for message in check(None)]
    assert all(message.hint for message in messages)
    return {str(message.id): message.msg for message in messages}


def test_checks_with_good_settings_find_nothing() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("name", "value", "id_"),
    [
        ("SECRET_KEY", "short", "E001"),
        ("SECRET_KEY", "ab" * 40, "E001"),
        ("LEDGER_KEY", b"0123456789abcdef", "E002"),
        ("CARD_CODE_KEY", b"0" * 64, "E003"),
        ("LEDGER_KEY", GOOD["SECRET_KEY"].encode(), "E004"),  # type: ignore[attr-defined]  # a str of the table
        ("CARD_CODE_KEY", GOOD["LEDGER_KEY"], "E004"),
        ("ALLOWED_HOSTS", [], "E005"),
        ("ALLOWED_HOSTS", ["karte.example.de", "*"], "E005"),
        ("BASE_URL", "http://karte.example.de", "E006"),
        ("BASE_URL", "https://localhost", "E006"),
        ("BASE_URL", "karte.example.de", "E006"),
        ("REDIS_URL", "redis.example.de:6379", "E007"),
        ("EMAIL_BACKEND", "loyalty_site.web.development_mail.OutboxBackend", "E008"),
        ("METRICS_TOKEN", "geheim", "E009"),
        ("TRUSTED_PROXIES", 0, "W001"),
        ("DEFAULT_FROM_EMAIL", "Stammkarte <karte@localhost>", "W003"),
    ],
)
def test_checks_with_one_mistake_find_that_one_and_quote_no_secret(
    settings: Settings, name: str, value: object, id_: str
) -> None:
    setattr(settings, name, value)
    messages = found()
    assert set(messages) == {f"stammkarte.{id_}"}
    if "KEY" in name or "TOKEN" in name:
        assert name in messages[f"stammkarte.{id_}"]
        assert str(value) not in messages[f"stammkarte.{id_}"]


def test_checks_with_sqlite_in_production_warn_of_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert set(found()) == {"stammkarte.W002"}


def test_checks_with_a_fault_point_outside_of_development_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULT_POINT", "after_send:kill")
    assert set(found()) == {"stammkarte.E010"}


@pytest.mark.parametrize(("name", "value"), [("METRICS_TOKEN", ""), ("REDIS_URL", ""), ("SECURE_SSL_REDIRECT", False)])
def test_checks_without_what_is_optional_find_nothing(settings: Settings, name: str, value: object) -> None:
    setattr(settings, name, value)
    settings.TRUSTED_PROXIES = 0 if name == "SECURE_SSL_REDIRECT" else 1
    assert found() == {}


def test_checks_in_development_leave_newcomers_alone(settings: Settings) -> None:
    bad = {"DEBUG": True, "SECRET_KEY": "x", "LEDGER_KEY": b"x", "CARD_CODE_KEY": b"x", "BASE_URL": "http://127.0.0.1"}
    for name, value in bad.items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS, settings.EMAIL_BACKEND = [], checks.OUTBOX_BACKEND
    assert found() == {}


def test_register_all_makes_django_run_them(settings: Settings) -> None:
    settings.BASE_URL = "http://karte.example.de"
    assert "stammkarte.E006" in {message.id for message in run_checks()}


def test_check_deploy_with_a_proper_production_environment_is_clean(tmp_path: Path) -> None:
    """Django's own checks and the libraries' included, in a process that reads the environment."""
    keys = {name: os.urandom(32).hex() for name in ("SECRET_KEY", "LEDGER_KEY", "CARD_CODE_KEY", "METRICS_TOKEN")}
    env = worker.environment(
        tmp_path,
        "postgresql://shop@127.0.0.1/shop",
        **keys,
        DEBUG="0",
        REDIS_URL="redis://127.0.0.1:6379/0",
        ALLOWED_HOSTS="karte.example.de",
        BASE_URL="https://karte.example.de",
        TRUSTED_PROXIES="1",
        EMAIL_URL="smtp+starttls://user:password@mail.example.de:587",
        DEFAULT_FROM_EMAIL="Morgenrot <karte@example.de>",
    )
    done = worker.run(worker.MANAGE, "check", "--deploy", "--fail-level", "WARNING", env=env)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    wrong = worker.run(worker.MANAGE, "check", "--deploy", env={**env, "LEDGER_KEY": keys["SECRET_KEY"]})
    assert wrong.returncode == 1
    assert "stammkarte.E004" in wrong.stderr
    assert keys["SECRET_KEY"] not in wrong.stderr
