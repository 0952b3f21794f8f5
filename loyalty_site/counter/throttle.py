"""Counts attempts in the cache, so that nobody guesses pairing codes or browses members.

Promises: at most so many tries in each window of ten minutes, for one subject; the subject stands in the cache as a
hash (it may be somebody's address). Two tries at the very same moment may count as one: this slows guessing of
50-bit codes down, it is no ledger. PINs are not counted here but exactly, in the database.
"""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 600


def is_too_often(*, scope: str, subject: str, maximum: int, at: datetime) -> bool:
    """Count one try of the subject and tell whether it exceeds `maximum` tries in the current ten minutes."""
    window = int(at.timestamp()) // WINDOW_SECONDS
    digest = hashlib.sha256(f"{scope}|{subject}".encode()).hexdigest()
    key = f"counter-throttle:{digest}:{window}"
    if cache.add(key, 1, WINDOW_SECONDS):
        return maximum < 1
    try:
        return cache.incr(key) > maximum
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, WINDOW_SECONDS)
        return maximum < 1


def client_address(request: HttpRequest) -> str:
    """Return where the request comes from; forwarded addresses count only behind our own proxies."""
    hops = settings.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if hops and len(forwarded) >= hops and forwarded[-hops].strip():
        return forwarded[-hops].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
