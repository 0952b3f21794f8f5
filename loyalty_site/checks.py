"""What an operator can get wrong, said before it hurts: system checks with an id and a hint each.

``manage.py check`` and every management command run them. Errors (E) stop a command, warnings (W) are printed. Most
look at production only (DEBUG off). No secret's value ever appears in a message.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from loyalty_site.env import env_str

OUTBOX_BACKEND = "loyalty_site.web.development_mail.OutboxBackend"
MINIMUM_KEY = 32
MINIMUM_DISTINCT = 10
MINIMUM_METRICS_TOKEN = 24
_RANDOM_HINT = 'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'


def register_all() -> None:
    """Register every check of this module with Django."""
    for check in (check_keys, check_addresses, check_data, check_messages, check_watching):
        register(check)


def check_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # Any: Django's own
    """E001-E003 short or monotonous keys, E004 one key for two purposes."""
    if settings.DEBUG:
        return []
    keys = {
        "SECRET_KEY": settings.SECRET_KEY,
        "LEDGER_KEY": settings.LEDGER_KEY.decode(),
        "CARD_CODE_KEY": settings.CARD_CODE_KEY.decode(),
    }
    found: list[CheckMessage] = [
        Error(
            f"{name} is too easy to guess: it needs {MINIMUM_KEY} characters, {MINIMUM_DISTINCT} different ones.",
            hint=_RANDOM_HINT,
            id=f"stammkarte.E00{number}",
        )
        for number, (name, key) in enumerate(keys.items(), 1)
        if len(key) < MINIMUM_KEY or len(set(key)) < MINIMUM_DISTINCT
    ]
    if len(set(keys.values())) < len(keys):
        found.append(
            Error(
                f"{', '.join(keys)} must all differ: one that leaks or is replaced must not take the others along.",
                hint=f"{_RANDOM_HINT} LEDGER_KEY and CARD_CODE_KEY of a running installation must stay as they are.",
                id="stammkarte.E004",
            )
        )
    return found


def check_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # Any: Django's own
    """E005 no host or all of them, E006 an address for nobody, W001 a redirect without end."""
    if settings.DEBUG:
        return []
    found: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS must name the hosts that this installation answers for.",
                hint="For example ALLOWED_HOSTS=karte.example.de; with * anybody could have links made to their site.",
                id="stammkarte.E005",
            )
        )
    base = urlsplit(settings.BASE_URL)
    if base.scheme != "https" or not base.hostname or base.hostname in {"localhost", "127.0.0.1"}:
        found.append(
            Error(
                "BASE_URL must be this installation's public https:// address: letters, e-mails and QR codes show it.",
                hint="For example BASE_URL=https://karte.example.de",
                id="stammkarte.E006",
            )
        )
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        found.append(
            Warning(
                "No proxy is trusted, so requests that arrive over https through one will be redirected without end.",
                hint="Set TRUSTED_PROXIES to the number of reverse proxies in front, usually 1.",
                id="stammkarte.W001",
            )
        )
    return found


def check_data(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # Any: Django's own
    """W002 SQLite in production, E007 a Redis address that is none."""
    found: list[CheckMessage] = []
    if not settings.DEBUG and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(
            Warning(
                "Production runs on SQLite: one machine, one writer at a time, no replica.",
                hint="Fine for one small shop with backups. Otherwise set DATABASE_URL=postgresql://…",
                id="stammkarte.W002",
            )
        )
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
        found.append(
            Error(
                "REDIS_URL must start with redis://, rediss:// or unix://.",
                hint="Without Redis leave it empty: the worker then finds all jobs in the table.",
                id="stammkarte.E007",
            )
        )
    return found


def check_messages(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # Any: Django's own
    """E008 messages that only the development page shows, W003 a sender that nobody can answer."""
    if settings.DEBUG:
        return []
    found: list[CheckMessage] = []
    if settings.EMAIL_BACKEND == OUTBOX_BACKEND:
        found.append(
            Error(
                "E-mails would be written to files, with their codes in clear, and reach nobody.",
                hint="Set EMAIL_URL=smtp+starttls://user:password@host:587",
                id="stammkarte.E008",
            )
        )
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    if domain in {"", "localhost"} or domain.endswith(".localhost"):
        found.append(
            Warning(
                "E-mails would come from an address that does not exist, and be taken for spam.",
                hint='Set DEFAULT_FROM_EMAIL="Bäckerei Morgenrot <karte@example.de>"',
                id="stammkarte.W003",
            )
        )
    return found


def check_watching(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # Any: Django's own
    """E009 a metrics token that can be guessed, E010 a fault point outside of tests."""
    found: list[CheckMessage] = []
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < MINIMUM_METRICS_TOKEN:
        found.append(
            Error(
                f"METRICS_TOKEN is too easy to guess: it needs {MINIMUM_METRICS_TOKEN} characters.",
                hint=f"{_RANDOM_HINT} Without a token there is no /metrics.",
                id="stammkarte.E009",
            )
        )
    if not settings.DEBUG and env_str("FAULT_POINT"):
        found.append(
            Error(
                "FAULT_POINT is set. It is for tests and does nothing here.",
                hint="Remove it from the environment.",
                id="stammkarte.E010",
            )
        )
    return found
