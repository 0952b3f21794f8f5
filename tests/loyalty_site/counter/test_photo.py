"""A photographed card goes the way of every scan; nothing of the photo is kept."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from loyalty_site.counter.views.photo import FAR_TOO_MANY_BYTES
from members.models import Card, Merchant, Staff, Till
from rewards.models import Booking
from tests.loyalty_site.counter.conftest import Answer, device_of, new_id, sign_in
from tests.loyalty_site.counter.photographs import photo_of
from tests.rewards.programs import balance, stamp_program


def _send(desk: Client, photo: bytes, request_id: str = "") -> Answer:
    fields = {"photo": SimpleUploadedFile("card.jpg", photo, "image/jpeg"), "request_id": request_id or new_id()}
    return desk.post(reverse("counter:photo"), fields, follow=True)


def test_photographed_card_gets_its_stamp_once(desk: Client, merchant: Merchant, card: Card) -> None:
    program, request_id = stamp_program(merchant), new_id()
    photo = photo_of("https://example.org/poster", f"K.{card.number}")
    first, again = _send(desk, photo, request_id), _send(desk, photo, request_id)
    assert first.templates[0].name == "counter/booked.html"
    assert (first.redirect_chain, balance(card, program)) == (again.redirect_chain, 1)
    assert Booking.objects.for_merchant(merchant).get().entry == "scan"


@pytest.mark.parametrize("photo", [b"", b"garbage", photo_of(), b"x" * (5 * 1024 * 1024 + 1), b"x" * (7 * 1024 * 1024)])
def test_photo_that_cant_be_read_is_answered_in_words(desk: Client, merchant: Merchant, photo: bytes) -> None:
    stamp_program(merchant)
    page = _send(desk, photo)
    assert (page.status_code, page.templates[0].name) == (422, "counter/scan.html")
    assert page.context["scan_error"]
    assert not Booking.objects.for_merchant(merchant).exists()


def test_photo_far_too_large_is_refused_unread(desk: Client) -> None:
    assert _send(desk, b"x" * (FAR_TOO_MANY_BYTES + 1)).status_code == 400


def test_photo_of_another_code_is_no_card(desk: Client, merchant: Merchant) -> None:
    stamp_program(merchant)
    assert _send(desk, photo_of("https://example.org/")).status_code == 422


def test_no_photo_at_all_is_answered_in_words(desk: Client) -> None:
    answer = desk.post(reverse("counter:photo"), {"request_id": new_id()})
    assert (answer.status_code, answer.templates[0].name) == (422, "counter/scan.html")


def test_large_photo_never_touches_the_disk(
    desk: Client, merchant: Merchant, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stamp_program(merchant)

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a photo was written to the disk")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    photo = photo_of(card.number) + b"\0" * (4 * 1024 * 1024)
    assert _send(desk, photo).templates[0].name == "counter/booked.html"
    assert balance(card, program) == 1


def test_photo_without_the_forms_token_is_refused(merchant: Merchant, till: Till, cashier: Staff, card: Card) -> None:
    program = stamp_program(merchant)
    client = device_of(till)
    sign_in(client, cashier)
    client.handler.enforce_csrf_checks = True
    assert (_send(client, photo_of(card.number)).status_code, balance(card, program)) == (403, 0)


def test_photo_loaded_again_leads_home(desk: Client) -> None:
    assert desk.get(reverse("counter:photo"))["Location"] == reverse("counter:home")
