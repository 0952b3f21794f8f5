"""Help without a PIN, and the check whether a scanner fits."""

import pytest
from django.test import Client
from django.urls import reverse

from loyalty_site.counter.page import SCANNER_COOKIE
from members.card_numbers import test_text as scanner_text
from members.models import Staff

US_LAYOUT = str.maketrans("YZ-/:", "ZYß-Ö")


def test_help_needs_no_pin_and_names_nobody(device: Client, cashier: Staff) -> None:
    page = device.get(reverse("counter:help"))
    assert (page.status_code, page.context["staff"]) == (200, None)
    assert cashier.name not in page.content.decode()


@pytest.mark.parametrize(
    ("scanned", "kind", "is_known"),
    [
        (scanner_text(), "ok", True),
        (scanner_text().translate(US_LAYOUT), "ok", True),
        (scanner_text().swapcase(), "warn", True),
        ("hello", "stop", False),
        ("🙂" * 500, "stop", False),
        ("", "stop", False),
    ],
)
def test_scanner_check_tells_what_came_in_and_remembers_a_scanner_that_fits(
    desk: Client, scanned: str, kind: str, is_known: bool
) -> None:
    page = desk.post(reverse("counter:scanner_check"), {"code": scanned})
    assert (page.status_code, page.context["result"].kind) == (200, kind)
    assert (SCANNER_COOKIE in desk.cookies) == is_known
    assert desk.get(reverse("counter:home")).context["till"].scanner_known == is_known
