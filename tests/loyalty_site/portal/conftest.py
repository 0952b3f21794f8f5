"""A member with a login and a confirmed card, and a browser that is logged in as them."""

import re

import numpy as np
import pytest
import zxingcpp
from django.test import Client

from members.models import Card, CardState, Member, Merchant, User
from tests import factories

__all__ = ["codes_in", "log_in"]


def log_in(user: User) -> Client:
    """Return a browser that is logged in and speaks English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def codes_in(markup: str) -> list[str]:
    """Return what a decoder reads from each QR code drawn in the markup."""
    texts: list[str] = []
    for size, path in re.findall(r'class="qr__code" viewBox="0 0 ([0-9]+) .*?d="([^"]+)"', markup):
        ink = np.full((int(size), int(size)), 255, dtype=np.uint8)
        for x, y, width in re.findall(r"M([0-9]+) ([0-9]+)h([0-9]+)v1", path):
            ink[int(y), int(x) : int(x) + int(width)] = 0
        texts += [str(code.text) for code in zxingcpp.read_barcodes(ink.repeat(6, axis=0).repeat(6, axis=1))]
    return texts


@pytest.fixture
def user(db: None) -> User:
    """The customer's login."""
    return factories.make_user(email="anna@example.org")


@pytest.fixture
def member(merchant: Merchant, user: User) -> Member:
    """The customer as the merchant knows them."""
    return factories.make_member(merchant, first_name="Anna", last_name="Beispiel", user=user)


@pytest.fixture
def card(member: Member) -> Card:
    """The customer's confirmed card."""
    return factories.make_card(member, state=CardState.VERIFIED, level=1)


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser that nobody is logged in with."""
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def customer(user: User, card: Card) -> Client:
    """The customer's browser."""
    return log_in(user)
