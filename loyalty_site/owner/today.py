"""Figures of the office's start page: what happened today in each store, and what somebody should see to.

Reads only; each figure is one grouped query, however many stores there are. Days are the merchant's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.domain.merchants import local_now
from members.models import COUNTER_ROLES, OFFICE_ROLES, Job, JobState, Merchant, Role, Staff, Store, Till
from rewards.models import Booking, BookingKind, BookingOutcome, Program, ProgramState

#: A till that was in use and has not shown up for so long may be broken.
SILENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class StoreDay:
    """One store's day: bookings that gave something, rewards redeemed, refusals. `store` None: elsewhere (API)."""

    store: Store | None
    earned: int
    redeemed: int
    refused: int


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something to see to: what, why, and where. `kind` is warn, stop or info; `icon` a sign of the sprite."""

    title: str
    text: str
    url: str
    icon: str
    kind: str = ""


def day_start(merchant: Merchant, at: datetime) -> datetime:
    """Return the last midnight by the merchant's clock."""
    local = local_now(merchant, at)
    return datetime.combine(local.date(), time(), tzinfo=local.tzinfo)


def store_days(*, merchant: Merchant, at: datetime) -> list[StoreDay]:
    """Return today's figures of each active store, by name; a line without a store only if something happened."""
    posted = Q(outcome=BookingOutcome.POSTED)
    counted = (
        Booking.objects.for_merchant(merchant)
        .filter(recorded_at__gte=day_start(merchant, at))
        .order_by()
        .values("store")
        .annotate(
            earned=Count("pk", filter=posted & Q(kind=BookingKind.EARN)),
            redeemed=Count("pk", filter=posted & Q(kind=BookingKind.REDEEM)),
            refused=Count("pk", filter=Q(outcome=BookingOutcome.REFUSED)),
        )
    )
    by_store = {row["store"]: (row["earned"], row["redeemed"], row["refused"]) for row in counted}
    stores = list(Store.objects.for_merchant(merchant).filter(is_active=True))
    days = [StoreDay(store, *by_store.pop(store.pk, (0, 0, 0))) for store in stores]
    elsewhere = [sum(column) for column in zip(*by_store.values(), strict=True)]
    return [*days, StoreDay(None, *elsewhere)] if any(elsewhere) else days


def to_dos(*, merchant: Merchant, at: datetime) -> list[ToDo]:
    """Return what somebody should see to, the most pressing first."""
    found = (
        _failed_jobs(merchant),
        _programs(merchant),
        _single_owner(merchant),
        _tills(merchant, at),
        _pins(merchant),
    )
    return [to_do for group in found for to_do in group]


def _failed_jobs(merchant: Merchant) -> Iterator[ToDo]:
    failed = Job.objects.for_merchant(merchant).filter(state=JobState.FAILED).count()
    if failed:
        title = ngettext("%(count)d job failed", "%(count)d jobs failed", failed) % {"count": failed}
        url = reverse("office:members_job_changelist")
        yield ToDo(title, _("Several attempts came to nothing."), url, "warning", "stop")


def _programs(merchant: Merchant) -> Iterator[ToDo]:
    programs = Program.objects.for_merchant(merchant)
    if not programs.filter(state=ProgramState.LIVE).exists():
        url = reverse("office:rewards_program_changelist")
        yield ToDo(_("No program is live"), _("Scans book nothing until one is."), url, "stamp", "warn")
    elif not programs.filter(state=ProgramState.LIVE, rules__ends_at__isnull=True, rules__isnull=False).exists():
        url = reverse("office:rewards_program_changelist")
        yield ToDo(_("No live program has a rule"), _("Scans book nothing until one has."), url, "stamp", "warn")


def _single_owner(merchant: Merchant) -> Iterator[ToDo]:
    """If the only owner loses their phone and recovery codes, nobody gets in."""
    owners = Staff.objects.for_merchant(merchant).filter(role=Role.OWNER, is_active=True, user__isnull=False)
    with_factor = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user")
    if owners.filter(user__in=with_factor).count() < 2:
        text = _("If that phone gets lost, nobody can change roles and limits. Add a second owner.")
        yield ToDo(_("Only one owner can get in"), text, reverse("office:members_staff_changelist"), "user", "info")


def _tills(merchant: Merchant, at: datetime) -> Iterator[ToDo]:
    tills = Till.objects.for_merchant(merchant).filter(is_active=True, store__is_active=True)
    url = reverse("office:members_till_changelist")
    for till in tills.filter(device_hash="", api_key_hash="").order_by("name")[:3]:
        title = _("%(till)s is not paired") % {"till": till.name}
        yield ToDo(title, _("No device books there yet."), url, "scan", "info")
    silent = tills.exclude(device_hash="").filter(last_seen_at__lt=at - timedelta(days=SILENT_DAYS)).order_by("name")
    for till in silent[:3]:
        title = _("%(till)s has not shown up for days") % {"till": till.name}
        yield ToDo(title, _("Is the device switched on and online?"), url, "cloud-off", "info")


def _pins(merchant: Merchant) -> Iterator[ToDo]:
    team = Staff.objects.for_merchant(merchant).filter(is_active=True)
    url = reverse("office:members_staff_changelist")
    without_pin = team.filter(role=Role.CASHIER, pin_hash="").count()
    if without_pin:
        title = ngettext(
            "%(count)d person at the till has no PIN", "%(count)d people at the till have no PIN", without_pin
        )
        yield ToDo(title % {"count": without_pin}, _("They can't begin a shift."), url, "lock", "warn")
    if not team.filter(role__in=COUNTER_ROLES).exclude(pin_hash="").exists() and not without_pin:
        yield ToDo(_("Nobody has a PIN"), _("Nobody can begin a shift at the counter."), url, "lock", "warn")
    without_login = team.filter(role__in=OFFICE_ROLES, user__isnull=True).exclude(role=Role.MANAGER).count()
    if without_login:
        title = ngettext("%(count)d person has no login", "%(count)d people have no login", without_login)
        yield ToDo(title % {"count": without_login}, _("They can't open the office."), url, "user", "info")
