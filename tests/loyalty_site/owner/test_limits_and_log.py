"""Limits that the next booking obeys; the log; failed jobs; the overview; a choice of shops."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from fraud.models import Limit, LimitKind, LimitSubject
from loyalty_site.owner.forms.limit_form import limit_sentence
from loyalty_site.owner.today import day_start, store_days, to_dos
from members import audit
from members.audit import Actor
from members.domain.merchants import touch_rules
from members.models import AuditEntry, Job, JobState, Merchant, Role, Staff, Till
from rewards.domain.earn import Sale, earn
from rewards.domain.outcome import Outcome
from rewards.models import Booking, Program
from tests import factories
from tests.loyalty_site.owner.conftest import give_factor, logged_in
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop

pytestmark = pytest.mark.django_db

ADD = "/admin/fraud/limit/add/"


def book(shop: Shop, request_id: str, at: datetime | None = None) -> Outcome:
    """Book a sale on the shop's card."""
    shop.merchant.refresh_from_db()
    return earn(
        merchant=shop.merchant,
        card_token=shop.card.number,
        sale=Sale(amount_cents=500),
        till=shop.till,
        staff=shop.cashier,
        request_id=request_id,
        at=at or timezone.now(),
    )


def test_new_limit_is_obeyed_by_the_next_booking(desk: Client, shop: Shop) -> None:
    assert book(shop, "before").status == "posted"
    form = {"kind": "interval", "subject": "card", "maximum": "0", "seconds": "600", "is_active": "on"}
    assert desk.post(ADD, form).status_code == 302
    assert book(shop, "first").status == "posted"
    assert [reason.code for reason in book(shop, "second").reasons] == ["time_lock"]
    assert AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0].action == "limit.added"


def test_limit_switched_off_is_obeyed_no_more(desk: Client, shop: Shop) -> None:
    lock = Limit.objects.create(merchant=shop.merchant, kind=LimitKind.INTERVAL, subject=LimitSubject.CARD, seconds=600)
    form = {"kind": "interval", "subject": "card", "maximum": "0", "seconds": "600"}
    assert desk.post(reverse("office:fraud_limit_change", args=[lock.pk]), form).status_code == 302
    assert [book(shop, str(number)).status for number in range(2)] == ["posted", "posted"]
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.old, entry.new) == ({"is_active": True}, {"is_active": False})


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "interval", "subject": "card", "maximum": "5", "seconds": "0"}, "seconds"),
        ({"kind": "units", "subject": "card", "maximum": "0", "seconds": "60"}, "maximum"),
        ({"kind": "units", "subject": "card", "maximum": "-5", "seconds": "0"}, "maximum"),
        ({"kind": "units", "subject": "moon", "maximum": "5", "seconds": "0"}, "subject"),
        ({"kind": "units", "subject": "card", "maximum": "5", "seconds": "0", "program": "x"}, "program"),
    ],
)
def test_limit_that_limits_nothing_is_refused_at_its_field(
    desk: Client, merchant: Merchant, form: dict[str, str], field: str
) -> None:
    assert field in desk.post(ADD, form).context["adminform"].form.errors
    assert not Limit.objects.for_merchant(merchant).exists()


def test_limit_reads_as_a_sentence() -> None:
    with translation.override("en"):
        lock = Limit(kind=LimitKind.INTERVAL, subject=LimitSubject.CARD, seconds=600)
        assert limit_sentence(lock) == "For each card: 600 seconds between two bookings"
        one = Limit(kind=LimitKind.BOOKINGS, subject=LimitSubject.TILL, maximum=1)
        assert limit_sentence(one) == "For each till: at most 1 booking a day"


def test_list_of_limits_names_the_program(desk: Client, shop: Shop) -> None:
    shown = text_of(desk.get("/admin/fraud/limit/"))
    assert "EigenStempelkarte" in shown
    assert str(shop.program.public_id) not in shown


def test_assessment_says_its_reasons(desk: Client, shop: Shop) -> None:
    Limit.objects.for_merchant(shop.merchant).update(maximum=3)
    touch_rules(merchant=shop.merchant)
    booking = Booking.objects.for_merchant(shop.merchant).get(public_id=book(shop, "beyond").booking)
    assert booking.outcome == "refused"
    shown = text_of(desk.get(reverse("office:fraud_assessment_change", args=[booking.assessment_id])))
    assert "Tageslimit" in shown or "Tagesgrenze" in shown or "heute" in shown


def test_failed_job_is_due_again_after_a_retry(desk: Client, shop: Shop) -> None:
    address = reverse("office:job_retry", args=[shop.job.pk])
    assert_clean(desk.get(address))
    assert Job.objects.for_merchant(shop.merchant).get().state == JobState.FAILED
    assert desk.post(address).status_code == 302
    job = Job.objects.for_merchant(shop.merchant).get()
    assert (job.state, job.attempts, job.finished_at, job.claimed_until) == (JobState.WAITING, 0, None, None)
    assert job.run_at <= timezone.now()
    assert AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0].action == "job.retried"
    assert f"/job/{shop.job.pk}/" not in desk.get("/admin/members/job/").content.decode()


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING, JobState.DONE])
def test_job_that_has_not_failed_is_left_alone(desk: Client, shop: Shop, state: JobState) -> None:
    Job.objects.for_merchant(shop.merchant).update(state=state, attempts=3)
    desk.post(reverse("office:job_retry", args=[shop.job.pk]))
    job = Job.objects.for_merchant(shop.merchant).get()
    assert (job.state, job.attempts) == (state, 3)


def test_overview_counts_today_by_store(shop: Shop) -> None:
    second = factories.make_store(shop.merchant, name="Andere")
    Program.objects.for_merchant(shop.merchant).update(state="ended")
    touch_rules(merchant=shop.merchant)
    assert book(shop, "refused").status == "refused"
    days = store_days(merchant=shop.merchant, at=timezone.now())
    assert [(day.store, day.earned, day.redeemed, day.refused) for day in days] == [
        (second, 0, 0, 0),
        (shop.store, 1, 1, 1),
    ]
    tomorrow = store_days(merchant=shop.merchant, at=timezone.now() + timedelta(days=1))
    assert [(day.earned, day.redeemed, day.refused) for day in tomorrow] == [(0, 0, 0), (0, 0, 0)]


def test_day_begins_by_the_merchants_clock() -> None:
    berlin, york = Merchant(timezone="Europe/Berlin"), Merchant(timezone="America/New_York")
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert day_start(berlin, at) == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert day_start(york, at) == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def titles(merchant: Merchant) -> list[str]:
    """Return what there is to do, in English."""
    with translation.override("en"):
        return [to_do.title for to_do in to_dos(merchant=merchant, at=timezone.now())]


def test_to_dos_of_an_empty_shop_name_what_is_missing(merchant: Merchant) -> None:
    assert titles(merchant) == ["No program is live", "Only one owner can get in", "Nobody has a PIN"]


def test_to_dos_vanish_when_they_are_done(shop: Shop) -> None:
    assert titles(shop.merchant) == ["1 job failed", "Only one owner can get in", "EigenKasse is not paired"]
    Job.objects.for_merchant(shop.merchant).update(state=JobState.DONE)
    Till.objects.for_merchant(shop.merchant).update(device_hash="x", last_seen_at=timezone.now())
    for _ in range(2):
        owner = factories.make_staff(shop.merchant, Role.OWNER, user=factories.make_user())
        assert owner.user is not None
        give_factor(owner.user)
    assert titles(shop.merchant) == []


def test_to_dos_notice_a_silent_till_and_people_who_cannot_work(shop: Shop) -> None:
    Till.objects.for_merchant(shop.merchant).update(device_hash="x", last_seen_at=timezone.now() - timedelta(days=4))
    Staff.objects.for_merchant(shop.merchant).update(pin_hash="")
    factories.make_staff(shop.merchant, Role.AUDITOR)
    found = titles(shop.merchant)
    assert "EigenKasse has not shown up for days" in found
    assert "1 person at the till has no PIN" in found
    assert "1 person has no login" in found


def test_overview_page_is_clean_empty_and_full(desk: Client, shop: Shop) -> None:
    assert_clean(desk.get("/admin/"))
    owner = factories.make_staff(factories.make_merchant(), Role.OWNER, user=factories.make_user())
    assert_clean(logged_in(owner).get("/admin/"))


def test_somebody_with_two_shops_chooses_and_changes(merchant: Merchant, other_merchant: Merchant) -> None:
    user = factories.make_user()
    first = factories.make_staff(merchant, Role.OWNER, user=user)
    second = factories.make_staff(other_merchant, Role.AUDITOR, user=user)
    stranger = factories.make_staff(factories.make_merchant(), Role.OWNER)
    client = logged_in(first)

    assert client.get("/admin/").headers["Location"] == "/admin/choose/"
    page = client.get("/admin/choose/")
    assert_clean(page)
    assert merchant.name in text_of(page)
    assert other_merchant.name in text_of(page)
    for staff, shown in ((first, merchant), (second, other_merchant)):
        assert client.post("/admin/choose/", {"role": staff.pk}).headers["Location"] == "/admin/"
        assert shown.name in text_of(client.get("/admin/"))
    for wrong in (stranger.pk, "", "1 OR 1=1"):
        assert client.post("/admin/choose/", {"role": wrong}).status_code == 404
    assert other_merchant.name in text_of(client.get("/admin/"))


def test_history_shows_entries_page_by_page(desk: Client, shop: Shop) -> None:
    for number in range(60):
        audit.record(
            merchant=shop.merchant,
            at=timezone.now(),
            action="till.changed",
            target=shop.till,
            actor=Actor.job("test"),
            new={"number_of_tries": number, "round": number},
        )
    address = reverse("office:members_till_history", args=[shop.till.pk])
    first, second = desk.get(address), desk.get(address, {"p": "2"})
    assert_clean(first)
    assert len(first.context["entries"]) == 50
    assert len(second.context["entries"]) == 10
    assert len(desk.get(address, {"p": "x"}).context["entries"]) == 50
