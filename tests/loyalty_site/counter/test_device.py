"""A device becomes a till by a one-time code; nobody else sees anything."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loyalty_site.counter.device import COOKIE
from loyalty_site.counter.session import SEEN, SHIFT
from members.audit import Actor
from members.domain.tills import start_pairing, unpair_device
from members.models import Merchant, Till
from tests import factories
from tests.factories import NOW
from tests.loyalty_site.counter.conftest import device_of

PAGES = ["home", "shift_start", "shift_end", "lookup", "scanner_check", "help"]


def _code(till: Till, *, minutes_ago: int = 0) -> str:
    return start_pairing(till=till, actor=Actor.job("test"), at=timezone.now() - timedelta(minutes=minutes_ago))


def test_pairing_code_makes_the_device_a_till_with_a_cookie_that_scripts_cant_read(till: Till) -> None:
    client = Client()
    answer = client.post(reverse("counter:pair"), {"code": _code(till).lower()})
    assert (answer.status_code, answer["Location"]) == (302, reverse("counter:shift_start"))
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/counter/")
    assert client.get(reverse("counter:shift_start")).context["till"].name == till.name


def test_pairing_code_used_twice_pairs_one_device(till: Till) -> None:
    code = _code(till)
    first, second = Client(), Client()
    first.post(reverse("counter:pair"), {"code": code})
    answer = second.post(reverse("counter:pair"), {"code": code})
    assert (COOKIE in first.cookies, COOKIE in second.cookies, answer.status_code) == (True, False, 422)


@pytest.mark.parametrize("typed", ["", "4DJJ W4FW A05W", "🙂", "x" * 10_000, "\u202e1234", "a\0b"])
def test_pairing_with_a_wrong_code_is_refused_in_words_and_not_repeated(till: Till, typed: str) -> None:
    _code(till)
    client = Client()
    answer = client.post(reverse("counter:pair"), {"code": typed})
    assert (answer.status_code, COOKIE in client.cookies) == (422, False)
    assert len(answer.context["form"]["code"].errors) == 1
    assert answer.context["form"]["code"].value() in {None, ""}


def test_pairing_with_an_old_code_is_refused(till: Till) -> None:
    code = _code(till, minutes_ago=11)
    assert Client().post(reverse("counter:pair"), {"code": code}).status_code == 422


def test_eleventh_pairing_attempt_is_refused_even_with_the_right_code(till: Till) -> None:
    code = _code(till)
    client = Client()
    tries = [client.post(reverse("counter:pair"), {"code": "wrong"}).status_code for _ in range(10)]
    answer = client.post(reverse("counter:pair"), {"code": code})
    assert (set(tries), answer.status_code, COOKIE in client.cookies) == ({422}, 429, False)
    till.refresh_from_db()
    assert till.device_hash == ""


def test_pairing_code_in_the_address_pairs_nothing(till: Till) -> None:
    code = _code(till)
    client = Client()
    page = client.get(reverse("counter:pair"), {"code": code})
    assert (page.status_code, COOKIE in client.cookies) == (200, False)
    assert code not in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_unpaired_device_sees_the_pairing_page_alone(till: Till, merchant: Merchant, name: str) -> None:
    for token in ("", "std_0_x", "ÿ", f"std_{till.public_id.hex}_{'A' * 43}"):
        client = Client()
        client.cookies[COOKIE] = token
        answer = client.get(reverse(f"counter:{name}"))
        assert (answer.status_code, answer.templates[0].name) == (403, "counter/pair.html")
        assert merchant.name not in answer.content.decode()


def test_unpaired_device_that_asks_by_script_is_sent_to_the_pairing_page(db: None) -> None:
    answer = Client().get(reverse("counter:home"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("counter:pair")


def test_unpairing_closes_the_device_at_once(desk: Client, till: Till) -> None:
    assert desk.get(reverse("counter:home")).status_code == 200
    unpair_device(till=till, actor=Actor.job("test"), at=timezone.now())
    assert desk.get(reverse("counter:home")).status_code == 403


def test_counter_pages_are_stored_by_nobody_and_may_compile_the_decoder(desk: Client) -> None:
    answer = desk.get(reverse("counter:home"))
    assert "no-store" in answer["Cache-Control"]
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_counter_page_runs_in_the_merchants_time_zone(other_merchant: Merchant) -> None:
    Merchant.objects.filter(pk=other_merchant.pk).update(timezone="Asia/Tokyo")
    till = factories.make_till(factories.make_store(other_merchant))
    client = device_of(till)
    shift = factories.make_shift(till, started_at=NOW)
    session = client.session
    session[SHIFT], session[SEEN] = str(shift.public_id), int(timezone.now().timestamp())
    session.save()
    assert "18:00" in client.get(reverse("counter:shift_end")).content.decode()
    assert timezone.get_current_timezone_name() == "Europe/Berlin"


def test_code_and_pin_stay_out_of_error_reports(desk: Client) -> None:
    request = desk.get(reverse("counter:home")).wsgi_request
    assert vars(request)["sensitive_post_parameters"] == "__ALL__"
