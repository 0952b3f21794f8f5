"""Cards: what they hold, block and unblock, blank ones for printing (views/cards.py)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty_site.owner.columns import MEMBER, REPLACED_BY, linked
from loyalty_site.owner.search import SearchByPost
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import ReadOnlyAdmin, Tool
from loyalty_site.web.access import Right
from members.card_numbers import UnreadableCode, parse
from members.models import Card, CardState
from members.queries.lookup import MAX_RESULTS, find_members
from rewards.models import Account


@admin.register(Card, site=office)
class CardAdmin(SearchByPost, ReadOnlyAdmin):
    """Cards for reading; what happens to one is a button with a reason."""

    explanation = _(
        "Search by card number in any spelling, or by the member's name, phone number or e-mail address. A number "
        "alone never spends."
    )
    list_display = ("grouped_number", MEMBER, "state", "level", "issued_at", "first_used_at")
    list_filter = ("state",)
    list_select_related = ("member",)
    ordering = ("-issued_at", "-id")
    fieldsets = (
        (None, {"fields": ("grouped_number", "owner", "state", "state_reason", "level")}),
        (_("Balance"), {"fields": ("balances",)}),
        (_("Origin"), {"fields": ("issued_at", "first_used_at", REPLACED_BY)}),
    )
    readonly_fields = ("grouped_number", "owner", "balances")
    change_list_template = "owner/card_list.html"

    def found_ids(self, request: HttpRequest, text: str) -> list[int]:
        """Return the card of a number, else the cards of the members that the text may mean."""
        mine = Card.objects.for_merchant(access_of(request).merchant)
        try:
            by_number = list(mine.filter(number=parse(text).number).values_list("pk", flat=True))
        except UnreadableCode:
            by_number = []
        if by_number:
            return by_number
        members = find_members(merchant=access_of(request).merchant, text=text, limit=MAX_RESULTS)
        return list(mine.filter(member__in=members).values_list("pk", flat=True))

    @admin.display(description=_("card number"), ordering="number")
    def grouped_number(self, obj: Card) -> str:
        """Return the number in groups of four."""
        return obj.grouped_number

    @admin.display(description=_("member"))
    def owner(self, obj: Card) -> SafeString | str:
        """Return a link to the member, or that the card is blank."""
        if obj.member is None:
            return str(_("blank: nobody has claimed it"))
        return linked(obj.member)

    @admin.display(description=_("balance"))
    def balances(self, obj: Card) -> SafeString | str:
        """Return what the card holds in each program."""
        accounts = Account.objects.for_merchant(obj.merchant_id).filter(card=obj).select_related("program")
        lines = (
            (account.program.name, account.balance or 0, account.program.unit_name(account.balance or 0), account)
            for account in accounts.order_by("program__position", "pk")
        )
        shown = ((name, amount, unit, account.get_kind_display()) for name, amount, unit, account in lines)
        return format_html_join("", "<p>{}: <b>{} {}</b> ({})</p>", shown) or str(_("nothing booked yet"))

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:  # Any: a card
        """Offer blocking or unblocking, whichever makes sense."""
        if not access_of(request).may(Right.WORK):
            return []
        if obj.state == CardState.BLOCKED:
            return [Tool(pgettext_lazy("card", "Unblock"), reverse("office:card_unblock", args=[obj.pk]))]
        if obj.can_earn:
            return [Tool(pgettext_lazy("card", "Block"), reverse("office:card_block", args=[obj.pk]), "stop")]
        return []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Offer blank cards to those who may print them."""
        return super().changelist_view(
            request, {"may_work": access_of(request).may(Right.WORK), **(extra_context or {})}
        )
