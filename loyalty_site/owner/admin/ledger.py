"""The ledger for reading: bookings with their reasons, redemptions, balances, transfers, lots.

Nobody writes here, whatever their role: corrections are further bookings, made at the counter.
"""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.columns import (
    CARD,
    CARD_OF_ACCOUNT,
    HANDED_OVER_BY,
    PROGRAM,
    REWARD,
    STAFF,
    STORE,
    TILL,
)
from loyalty_site.owner.explanations import booking_lines
from loyalty_site.owner.filters import ProgramFilter, StaffFilter, StoreFilter, TillFilter
from loyalty_site.owner.rule_lines import store_names
from loyalty_site.owner.site import office
from loyalty_site.owner.tenant_admin import ReadOnlyAdmin
from rewards.models import Account, Booking, Lot, Redemption, Transfer
from rewards.wording.figures import money


class RedemptionProgramFilter(ProgramFilter):
    """By the program of the reward that was redeemed."""

    path = "reward__program"


class AccountProgramFilter(ProgramFilter):
    """By the program of the account that a lot lies on."""

    path = "account__program"


def moment(at: datetime) -> str:
    """Return a time in the short form of the active language and time zone."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


@admin.register(Booking, site=office)
class BookingAdmin(ReadOnlyAdmin):
    """What was asked for and what came of it."""

    explanation = _("Every booking and every refusal, with its reasons. Rows are never changed: undoing adds another.")
    list_display = ("recorded_at", "kind", "outcome", "units", CARD, STORE, TILL, STAFF)
    list_filter = ("outcome", "kind", StoreFilter, TillFilter, StaffFilter)
    list_select_related = ("card", "store", "till", "staff")
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "-id")
    fieldsets = (
        (None, {"fields": ("kind", "outcome", CARD, "units", "amount", "receipt", "reason")}),
        (_("Why"), {"fields": ("why",)}),
        (_("Where and when"), {"fields": (STORE, TILL, STAFF, "channel", "entry", "occurred_at", "recorded_at")}),
        (_("Transfers"), {"fields": ("moved",)}),
    )
    readonly_fields = ("units", "amount", "why", "moved")

    def object_title(self, obj: Booking) -> str:
        """Return kind, outcome and time."""
        return f"{obj.get_kind_display()}, {obj.get_outcome_display()}: {moment(obj.recorded_at)}"

    @admin.display(description=_("booked"))
    def units(self, obj: Booking) -> str:
        """Return what was granted, by program, as named then."""
        sums: dict[str, int] = {}
        for grant in obj.result.get("grants", []):
            sums[grant["unit_name"]] = sums.get(grant["unit_name"], 0) + grant["amount"]
        return ", ".join(f"{amount} {name}" for name, amount in sums.items()) or "–"

    @admin.display(description=_("sum of the purchase"))
    def amount(self, obj: Booking) -> str:
        """Return the sum of the purchase."""
        return "–" if obj.amount_cents is None else money(obj.amount_cents)

    @admin.display(description=_("reasons"))
    def why(self, obj: Booking) -> SafeString | str:
        """Return the reasons as sentences."""
        lines = booking_lines(obj, language=get_language() or "de", stores=store_names(obj.merchant))
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines)) or "–"

    @admin.display(description=_("transfers"))
    def moved(self, obj: Booking) -> SafeString | str:
        """Return what the booking moved between accounts."""
        transfers = (
            Transfer.objects.for_merchant(obj.merchant_id)
            .filter(booking=obj)
            .select_related("debit__program", "credit__program")
            .order_by("pk")
        )
        lines = (
            (
                transfer.get_reason_display(),
                transfer.amount,
                transfer.debit.program.unit_name(transfer.amount),
                transfer.debit.get_kind_display(),
                transfer.credit.get_kind_display(),
            )
            for transfer in transfers
        )
        return format_html_join("", "<p>{}: {} {}, {} → {}</p>", lines) or "–"


@admin.register(Redemption, site=office)
class RedemptionAdmin(ReadOnlyAdmin):
    """Uses of rewards."""

    explanation = _("What was redeemed. Reserved means: booked, and not yet handed over.")
    list_display = ("reserved_at", REWARD, "price", "state", CARD, "handed_over_at", HANDED_OVER_BY)
    list_filter = ("state", RedemptionProgramFilter)
    list_select_related = ("reward", "card", "handed_over_by")
    date_hierarchy = "reserved_at"
    ordering = ("-reserved_at", "-id")
    fields = (REWARD, "price", "state", CARD, "reserved_at", "handed_over_at", HANDED_OVER_BY, "undone_at")

    def object_title(self, obj: Redemption) -> str:
        """Return reward, state and time."""
        return f"{obj.reward}, {obj.get_state_display()}: {moment(obj.reserved_at)}"


@admin.register(Account, site=office)
class AccountAdmin(ReadOnlyAdmin):
    """Balances of cards; the program's own accounts keep none and are not listed."""

    explanation = _("What each card holds in each program. A balance is the sum of its transfers, proved every night.")
    list_display = ("program_name", CARD, "kind", "balance", "visits", "last_visit_at")
    list_filter = ("kind", ProgramFilter)
    list_select_related = ("card", "program")
    ordering = ("-last_at", "-id")
    fields = (PROGRAM, CARD, "kind", "balance", "visits", "first_visit_at", "last_visit_at")
    readonly_fields = ("visits", "first_visit_at", "last_visit_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:  # Any: accounts
        """Return the accounts of cards."""
        return super().get_queryset(request).filter(card__isnull=False)

    @admin.display(description=_("program"), ordering="program")
    def program_name(self, obj: Account) -> str:
        """Return the program, which leads to the account's page."""
        return obj.program.name

    @admin.display(description=_("visits"), ordering="earn_count")
    def visits(self, obj: Account) -> int:
        """Return how many visits were counted."""
        return obj.earn_count

    @admin.display(description=_("first visit"), ordering="first_at")
    def first_visit_at(self, obj: Account) -> datetime | None:
        """Return when the first visit was."""
        return obj.first_at

    @admin.display(description=_("last visit"), ordering="last_at")
    def last_visit_at(self, obj: Account) -> datetime | None:
        """Return when the last visit was."""
        return obj.last_at

    def object_title(self, obj: Account) -> str:
        """Return the program and the card."""
        return f"{obj.program}: {_account_name(obj)}"


@admin.register(Transfer, site=office)
class TransferAdmin(ReadOnlyAdmin):
    """The ledger row by row."""

    explanation = _("The ledger itself: each row moves units from one account to another and is never changed.")
    list_display = ("recorded_at", "reason", "amount", "unit", "debit_name", "credit_name")
    list_filter = ("reason",)
    list_select_related = ("debit__card", "credit__card")
    date_hierarchy = "recorded_at"
    ordering = ("-id",)
    fields = (
        "reason",
        "amount",
        "unit",
        "debit_name",
        "credit_name",
        "of_booking",
        "rule",
        "occurred_at",
        "recorded_at",
    )
    readonly_fields = ("debit_name", "credit_name", "of_booking")

    def object_title(self, obj: Transfer) -> str:
        """Return reason, amount and time."""
        return f"{obj.get_reason_display()}, {obj.amount} {obj.unit}: {moment(obj.recorded_at)}"

    @admin.display(description=_("booking"))
    def of_booking(self, obj: Transfer) -> SafeString | str:
        """Return a link to the booking."""
        url = reverse("office:rewards_booking_change", args=[obj.booking_id])
        return format_html('<a href="{}">{}</a>', url, moment(obj.booking.recorded_at))

    @admin.display(description=_("from account"))
    def debit_name(self, obj: Transfer) -> str:
        """Return the account that gave."""
        return _account_name(obj.debit)

    @admin.display(description=_("to account"))
    def credit_name(self, obj: Transfer) -> str:
        """Return the account that took."""
        return _account_name(obj.credit)


@admin.register(Lot, site=office)
class LotAdmin(ReadOnlyAdmin):
    """Earned amounts with their own expiry."""

    explanation = _(
        "What was earned when, what is left of it and when it expires. The soonest to expire is spent first."
    )
    list_display = ("earned", CARD_OF_ACCOUNT, "of_amount", "left", "expires")
    list_filter = (AccountProgramFilter,)
    list_select_related = ("account__card",)
    date_hierarchy = "expires_at"
    ordering = ("-id",)
    fields = (CARD_OF_ACCOUNT, "of_amount", "left", "earned", "expires")
    readonly_fields = ("earned", "of_amount", "left", "expires")

    @admin.display(description=_("earned"), ordering="earned_at")
    def earned(self, obj: Lot) -> datetime:
        """Return when it was earned."""
        return obj.earned_at

    @admin.display(description=_("amount"), ordering="amount")
    def of_amount(self, obj: Lot) -> int:
        """Return how much it was."""
        return obj.amount

    @admin.display(description=_("left"), ordering="remaining")
    def left(self, obj: Lot) -> int:
        """Return what is left of it."""
        return obj.remaining

    @admin.display(description=_("expires"), ordering="expires_at")
    def expires(self, obj: Lot) -> datetime | None:
        """Return when it expires, or nothing."""
        return obj.expires_at

    def object_title(self, obj: Lot) -> str:
        """Return what is left, and since when."""
        return gettext("%(left)d of %(amount)d left, earned %(time)s") % {
            "left": obj.remaining,
            "amount": obj.amount,
            "time": moment(obj.earned_at),
        }


def _account_name(account: Account) -> str:
    """Return a card's number or, for a system account, what it stands for."""
    name = str(account.get_kind_display())
    return f"{account.card.masked_number} ({name})" if account.card is not None else name
