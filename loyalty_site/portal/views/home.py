"""A merchant's public start page, and the address that printed cards carry."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from loyalty_site.portal import presenters
from loyalty_site.portal.access import for_merchant_portal, member_of
from members.models import Merchant, Store
from rewards.domain.programs import book_for


@never_cache
@require_safe
@for_merchant_portal
def home(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Tell what the card brings and where; offer the login, or the card to whoever has one here."""
    stores = list(Store.objects.for_merchant(merchant).filter(is_active=True).order_by("name"))
    names = {str(store.public_id): store.name for store in stores}
    context = {
        "merchant": merchant,
        "offers": presenters.offers(book=book_for(merchant), names=names, at=timezone.now()),
        "stores": presenters.stores(stores),
        "is_member": member_of(request, merchant) is not None,
        "tab": "home",
    }
    return render(request, "portal/home.html", context)


@never_cache
@require_safe
@for_merchant_portal
def printed(request: HttpRequest, merchant: Merchant, number: str) -> HttpResponse:
    """Lead whoever scans a printed card to the start page, the same for every number.

    The number is not looked up: the answer must not tell which numbers exist.
    """
    del number
    return redirect("portal:home", merchant.slug)
