"""What remembers that a fresh code was shown, from the scan to the redemption: a signed token, nothing in the database.

Promises: a token holds for one till, one card and the step that the code was made for, for three minutes; changed,
borrowed from another till or for another card it is worth nothing. It is no code: the database still lets each
(card, step) spend once. It travels in an HttpOnly cookie and a hidden field, never in an address.
"""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from members.models import Card, Till

COOKIE = "counter_fresh"
MAX_AGE_SECONDS = 180
_SALT = "loyalty_site.counter.fresh_codes"


def token_for(*, till: Till, card: Card, step: int, at: datetime) -> str:
    """Return the token that says: at this till, at this time, this card's fresh code of this step was shown."""
    return signing.dumps([till.pk, card.pk, step, int(at.timestamp())], salt=_SALT)


def step_of(token: str, *, till: Till, card: Card, at: datetime) -> int | None:
    """Return the step that the token stands for, or None when it is of no use here and now."""
    try:
        till_id, card_id, step, signed_at = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    in_time = 0 <= int(at.timestamp()) - signed_at <= MAX_AGE_SECONDS
    return step if (till_id, card_id) == (till.pk, card.pk) and in_time else None


def remember(response: HttpResponse, token: str) -> None:
    """Let the browser keep the token until it ends, for the pages from the scan to the redemption."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=MAX_AGE_SECONDS,
        path=reverse("counter:home"),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def remembered(request: HttpRequest) -> str:
    """Return the token that the last scan of a fresh code left, or an empty text."""
    return request.COOKIES.get(COOKIE, "")
