"""Typed readers of the process environment; the only place that touches ``os.environ``.

Each reader returns its default when the variable is unset or empty and raises ``ImproperlyConfigured`` naming
the variable (never its value) when it can't be understood. ``env_secret`` also reads ``NAME_FILE``, so that
container secrets need not stand in the environment.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """Return the variable's text, stripped."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, default: bool = False) -> bool:
    """Return a switch: 1/true/yes/on or 0/false/no/off in any case."""
    text = env_str(name).lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be one of 1/0, true/false, yes/no, on/off.")


def env_int(name: str, default: int, *, minimum: int = 0, maximum: int = 2**31) -> int:
    """Return a whole number within ``minimum``..``maximum``."""
    text = env_str(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None
    if not minimum <= value <= maximum:
        raise ImproperlyConfigured(f"{name} must lie between {minimum} and {maximum}.")
    return value


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the comma-separated parts, empty ones dropped."""
    text = env_str(name)
    return [part.strip() for part in text.split(",") if part.strip()] if text else list(default)


def env_secret(name: str, default: str = "") -> str:
    """Return a secret from NAME or from the file that NAME_FILE names."""
    file_name = env_str(f"{name}_FILE")
    if file_name and env_str(name):
        raise ImproperlyConfigured(f"Set either {name} or {name}_FILE, not both.")
    if file_name:
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE can't be read: {error.strerror}.") from None
    return env_str(name, default)


def env_database(name: str, *, default: str) -> dict[str, Any]:  # Any: Django's own shape of a database entry
    """Return a Django database entry for a ``postgresql://`` or ``sqlite:///path`` URL."""
    url = urlsplit(env_secret(name, default))
    if url.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.path[1:]) or ":memory:",
            "OPTIONS": {
                # One writer at a time, taken at BEGIN: a read that later writes can't fail half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    if url.scheme in {"postgres", "postgresql"}:
        query = dict(parse_qsl(url.query))
        try:
            port = url.port
        except ValueError:
            raise ImproperlyConfigured(f"{name} has a port that is no number.") from None
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path[1:]),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": query.pop("host", unquote(url.hostname or "")),
            "PORT": str(port or ""),
            # Persistent connections and prepared statements: the two cheapest gains of performance.md.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3, **query},
        }
    raise ImproperlyConfigured(f"{name} must start with postgresql:// or sqlite:///.")


def env_email(name: str, *, default: str) -> dict[str, Any]:  # Any: values go to settings of several types
    """Return Django's e-mail settings for ``console:``, ``outbox:`` or ``smtp[s]://user:password@host:port``."""
    url = urlsplit(env_secret(name, default))
    if url.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if url.scheme == "outbox":
        return {"EMAIL_BACKEND": "loyalty_site.web.development_mail.OutboxBackend"}
    if url.scheme in {"smtp", "smtps", "smtp+starttls"}:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": url.hostname or "localhost",
            "EMAIL_PORT": url.port or {"smtp": 25, "smtps": 465, "smtp+starttls": 587}[url.scheme],
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_SSL": url.scheme == "smtps",
            "EMAIL_USE_TLS": url.scheme == "smtp+starttls",
            "EMAIL_TIMEOUT": 20,
        }
    raise ImproperlyConfigured(f"{name} must start with console:, outbox:, smtp://, smtps:// or smtp+starttls://.")
