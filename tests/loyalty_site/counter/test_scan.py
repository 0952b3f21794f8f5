"""Scanning: one scan is one booked stamp, whatever is scanned is answered in words, nothing is booked twice."""

import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fraud.models import Assessment, Limit
from members.audit import Actor
from members.domain.cards import block_card, rotating_text
from members.domain.merchants import touch_rules
from members.models import Card, Merchant, Staff, Till
from rewards.domain.programs import save_rule
from rewards.models import Booking, Transfer
from tests import factories
from tests.loyalty_site.counter.conftest import Scan, device_of, new_id, sign_in, undo_address
from tests.rewards.programs import a_reward, balance, book, points_program, stamp_program

#: The door, the session, the shift, the card, and the booking itself with its begin and commit.
SCAN_STATEMENTS = 15


def _time_lock(merchant: Merchant, *, minutes: int = 30) -> None:
    Limit.objects.create(merchant=merchant, kind="interval", subject="card", seconds=minutes * 60)
    touch_rules(merchant=merchant)


def test_scanned_card_gets_its_stamp_at_once(
    scan: Scan, merchant: Merchant, card: Card, till: Till, cashier: Staff
) -> None:
    program = stamp_program(merchant)
    a_reward(program, price=10)
    page = scan(card.number)
    assert page.templates[0].name == "counter/booked.html"
    assert balance(card, program) == 1
    booking = Booking.objects.for_merchant(merchant).get()
    assert (booking.till, booking.staff, booking.entry, booking.channel) == (till, cashier, "scan", "counter")
    assert Transfer.objects.for_merchant(merchant).get().amount == 1
    assert page.redirect_chain == [(reverse("counter:booking", args=[booking.public_id]), 302)]
    assert (page.context["outcome"].headline, page.context["outcome"].before) == ("+1 Stempel", 0)
    assert page.context["member"].display_name == "Anna B."
    assert 'data-signal="ok"' in page.content.decode()


def test_scan_answered_to_a_script_carries_the_signal_and_the_whole_page(
    desk: Client, merchant: Merchant, card: Card
) -> None:
    stamp_program(merchant)
    fields = {"code": card.number, "request_id": new_id(), "entry": "scan"}
    page = desk.post(reverse("counter:scan"), fields, follow=True, headers={"HX-Request": "true"})
    assert page["HX-Trigger"] == '{"signal": {"kind": "ok"}}'
    assert page["HX-Replace-Url"] == page.redirect_chain[-1][0]
    assert 'id="counter"' in page.content.decode()


def test_same_request_sent_twice_books_once_and_shows_the_same_booking(
    scan: Scan, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    request_id = new_id()
    first = scan(card.number, request_id=request_id)
    again = scan(f"K.{card.number}", request_id=request_id, entry="manual")
    assert first.redirect_chain == again.redirect_chain
    assert (balance(card, program), Booking.objects.for_merchant(merchant).count()) == (1, 1)


def test_same_request_for_another_card_is_a_conflict_that_says_what_to_do(
    scan: Scan, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    other, request_id = factories.make_card(merchant=merchant), new_id()
    scan(card.number, request_id=request_id)
    page = scan(other.number, request_id=request_id)
    assert (page.status_code, page.templates[0].name) == (409, "counter/stopp.html")
    assert (balance(card, program), balance(other, program)) == (1, 0)


@pytest.mark.parametrize("request_id", ["", "x" * 65, "ä", "a\nb"])
def test_scan_without_a_request_id_is_a_bad_request(
    desk: Client, merchant: Merchant, card: Card, request_id: str
) -> None:
    stamp_program(merchant)
    answer = desk.post(reverse("counter:scan"), {"code": card.number, "request_id": request_id})
    assert (answer.status_code, Booking.objects.for_merchant(merchant).count()) == (400, 0)


def test_time_lock_shows_amber_with_both_times_and_books_nothing(scan: Scan, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    _time_lock(merchant)
    scan(card.number)
    page = scan(card.number)
    stop = page.context["stop"]
    assert (page.status_code, stop.kind, balance(card, program)) == (200, "warn", 1)
    text = page.content.decode()
    assert timezone.localtime(stop.wait_until).strftime("%-H:%M") in text
    assert "counter--warn" in text
    assert 'data-signal="attention"' in text
    assert "30" in stop.text
    assert stop.say in text
    assert stop.why_url in text
    assert Assessment.objects.for_merchant(merchant).filter(decision="refuse").count() == 1


def test_blocked_card_shows_red_with_a_sentence_to_say(scan: Scan, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    block_card(card=card, actor=Actor.job("test"), reason="verloren", at=timezone.now())
    page = scan(card.number)
    stop = page.context["stop"]
    assert (stop.kind, balance(card, program)) == ("stop", 0)
    assert (stop.say != "", stop.action_url) == (True, reverse("counter:unblock", args=[card.public_id]))
    assert "counter--stop" in page.content.decode()


def test_own_card_shows_red_and_books_nothing(scan: Scan, merchant: Merchant, card: Card, cashier: Staff) -> None:
    program = stamp_program(merchant)
    Staff.objects.for_merchant(merchant).filter(pk=cashier.pk).update(own_card=card)
    page = scan(card.number)
    assert (page.context["stop"].kind, balance(card, program)) == ("stop", 0)


def test_card_of_another_merchant_is_unknown_like_any_other_and_nothing_is_written(
    scan: Scan, merchant: Merchant, other_merchant: Merchant
) -> None:
    stamp_program(merchant)
    foreign = factories.make_card(merchant=other_merchant)
    unknown = factories.make_card(merchant=merchant)
    Card.objects.for_merchant(merchant).filter(pk=unknown.pk).delete()
    there, nowhere = scan(foreign.number), scan(unknown.number)
    assert (there.status_code, nowhere.status_code) == (422, 422)
    assert there.context["scan_error"] == nowhere.context["scan_error"]
    for code in (foreign.number, other_merchant.name):
        assert code not in there.content.decode()
    assert not Booking.objects.across_merchants(reason="test").exists()


GARBAGE = [
    "🙂🙂🙂",
    "\u202eK.4DJJW4FWA05W\u202c!",
    "x" * 10_000,
    "\0",
    "",
    "4DJJ W4FW A05",
    "4DJJ W4FW A05V",
    "<script>alert(1)</script>",
    "'; DROP TABLE members_card; --",
]


@pytest.mark.parametrize("code", GARBAGE)
@pytest.mark.parametrize("entry", ["scan", "manual"])
def test_garbage_is_answered_beside_the_field_and_never_repeated_or_logged(
    scan: Scan, merchant: Merchant, caplog: pytest.LogCaptureFixture, code: str, entry: str
) -> None:
    stamp_program(merchant)
    with caplog.at_level(logging.DEBUG):
        page = scan(code, entry=entry)
    assert page.status_code in {422, 200}
    assert page.templates[0].name == ("counter/scan.html" if page.status_code == 422 else "counter/lookup.html")
    if page.status_code == 422:
        assert page.context["scan_error"]
        assert len(code) < 3 or code not in page.content.decode()
    assert len(code) < 3 or code not in caplog.text
    assert not Booking.objects.for_merchant(merchant).exists()


@pytest.mark.parametrize("letter", ["G", "R", "W"])
def test_voucher_and_receipt_codes_are_not_here_yet(scan: Scan, merchant: Merchant, card: Card, letter: str) -> None:
    stamp_program(merchant)
    code = f"{letter}.{card.number}" + (".12345678" if letter == "W" else "")
    page = scan(code)
    assert (page.status_code, Booking.objects.for_merchant(merchant).exists()) == (422, False)
    assert "Gutschein" in page.context["scan_error"] or "Vouchers" in page.context["scan_error"]


def test_typed_name_goes_to_the_search(scan: Scan, merchant: Merchant, card: Card) -> None:
    page = scan("Anna", entry="manual")
    assert (page.status_code, page.templates[0].name) == (200, "counter/lookup.html")
    assert [hit.display_name for hit in page.context["results"]] == ["Anna B."]
    assert scan("Anna", entry="scan").templates[0].name == "counter/scan.html"


def test_typed_number_is_booked_and_marked_as_typed(scan: Scan, merchant: Merchant, card: Card) -> None:
    program = stamp_program(merchant)
    scan(card.grouped_number.lower(), entry="manual")
    assert (balance(card, program), Booking.objects.for_merchant(merchant).get().entry) == (1, "manual")


def test_without_quick_stamp_a_scan_opens_the_card_and_books_nothing(
    scan: Scan, merchant: Merchant, till: Till, card: Card
) -> None:
    program = stamp_program(merchant)
    Till.objects.for_merchant(merchant).filter(pk=till.pk).update(quick_stamp=False)
    page = scan(card.number)
    assert (page.templates[0].name, balance(card, program)) == ("counter/member.html", 0)
    assert card.number not in page.redirect_chain[0][0]


def test_where_every_rule_wants_an_amount_a_scan_asks_for_it_and_books_nothing(
    scan: Scan, merchant: Merchant, card: Card
) -> None:
    points_program(merchant)
    page = scan(card.number)
    assert (page.templates[0].name, page.context["amount"].focus) == ("counter/member.html", True)
    assert not Booking.objects.for_merchant(merchant).exists()


def test_where_only_the_amount_is_missing_now_the_card_asks_for_it(scan: Scan, merchant: Merchant, card: Card) -> None:
    program = points_program(merchant)
    weekday = [(timezone.localtime().weekday() + 3) % 7]
    definition = {"when": [{"kind": "weekday", "weekdays": weekday}], "then": [{"kind": "fixed", "units": 1}]}
    save_rule(program=program, name="Wochentag", definition=definition, at=factories.NOW.replace(year=2024))
    page = scan(card.number)
    assert (page.templates[0].name, page.context["amount"].focus) == ("counter/member.html", True)
    assert Booking.objects.for_merchant(merchant).get().outcome == "refused"


def test_reload_of_the_result_shows_it_again_and_books_nothing(
    scan: Scan, desk: Client, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    address = scan(card.number).redirect_chain[-1][0]
    assert desk.get(address).context["outcome"].headline == "+1 Stempel"
    assert balance(card, program) == 1
    assert desk.get(reverse("counter:scan"))["Location"] == reverse("counter:home")


def test_home_lists_the_last_five_with_their_way_back_and_counts_today(
    scan: Scan, desk: Client, merchant: Merchant, till: Till
) -> None:
    stamp_program(merchant, stamps=2)
    cards = [factories.make_card(factories.make_member(merchant, first_name=f"M{i}", last_name="")) for i in range(6)]
    for card in cards:
        scan(card.number)
    book(cards[0], at=timezone.now())
    home = desk.get(reverse("counter:home"))
    assert [line.who for line in home.context["recent"]] == ["M5", "M4", "M3", "M2", "M1"]
    assert all(line.undo_url and line.undo_seconds > 0 for line in home.context["recent"])
    assert home.context["today"].stamps == 12
    desk.post(home.context["recent"][0].undo_url, {"request_id": new_id()})
    home = desk.get(reverse("counter:home"))
    assert (home.context["recent"][0].undo_url, home.context["recent"][0].reverse_url) == ("", "")
    assert home.context["today"].stamps == 10


def test_home_reads_the_same_number_of_statements_for_one_and_five_rows(
    scan: Scan, desk: Client, merchant: Merchant
) -> None:
    stamp_program(merchant)
    counts = []
    for _ in range(2):
        for _ in range(3):
            scan(factories.make_card(factories.make_member(merchant)).number)
        with CaptureQueriesContext(connection) as statements:
            desk.get(reverse("counter:home"))
        counts.append(len(statements))
    assert counts == [6, 6]


def test_scan_post_stays_within_its_statements(scan: Scan, merchant: Merchant, card: Card) -> None:
    stamp_program(merchant)
    Limit.objects.create(merchant=merchant, kind="units", subject="card", maximum=100)
    Limit.objects.create(merchant=merchant, kind="bookings", subject="till", maximum=100)
    touch_rules(merchant=merchant)
    scan(card.number)
    for code in (card.number, rotating_text(card=card, at=timezone.now())):
        with CaptureQueriesContext(connection) as statements:
            scan(code, follow=False)
        print(f"scan POST: {len(statements)} statements")  # noqa: T201 # shown by pytest -s
        assert len(statements) <= SCAN_STATEMENTS


def test_scan_with_a_wrong_token_is_refused_before_anything(
    merchant: Merchant, till: Till, cashier: Staff, card: Card
) -> None:
    stamp_program(merchant)
    client = device_of(till)
    sign_in(client, cashier)
    client.handler.enforce_csrf_checks = True
    answer = client.post(reverse("counter:scan"), {"code": card.number, "request_id": new_id()})
    assert (answer.status_code, answer.templates[0].name) == (403, "403_csrf.html")
    assert not Booking.objects.for_merchant(merchant).exists()


def test_undo_beside_the_result_takes_the_stamp_back_so_that_the_right_card_can_be_stamped(
    scan: Scan, desk: Client, merchant: Merchant, card: Card
) -> None:
    program = stamp_program(merchant)
    _time_lock(merchant)
    page = scan(card.number)
    desk.post(undo_address(page), {"request_id": new_id()})
    assert balance(card, program) == 0
    assert scan(card.number).templates[0].name == "counter/booked.html"
    assert balance(card, program) == 1
