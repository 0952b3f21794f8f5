"""Finds what an address names, within the merchant of the desk: anything else is not there (404)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from loyalty_site.counter.session import Desk
from members.models import Card
from rewards.queries.history import PastBooking, booking_by_id


def card_or_404(desk: Desk, public_id: UUID) -> Card:
    """Return the merchant's card with its member.

    Raises:
        Http404: the merchant has no such card.
    """
    card = Card.objects.for_merchant(desk.merchant).select_related("member").filter(public_id=public_id).first()
    if card is None:
        raise Http404
    card.merchant = desk.merchant  # Saves the query that a later look at it would cost.
    return card


def booking_or_404(desk: Desk, public_id: UUID) -> PastBooking:
    """Return the merchant's booking.

    Raises:
        Http404: the merchant has no such booking.
    """
    past = booking_by_id(merchant=desk.merchant, public_id=public_id)
    if past is None:
        raise Http404
    return past


def day_began_at(at: datetime) -> datetime:
    """Return the last midnight in the merchant's time zone, which the page runs in."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
