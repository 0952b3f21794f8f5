"""Every URL of every face × every role × another merchant's object: not found, nothing shown, nothing written."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from members.models import Merchant, Role, Staff, Till
from members.tenancy import TenantModel
from tests import factories
from tests.architecture.foreign_world import ForeignWorld, make_foreign_world
from tests.loyalty_site.api.client import client_of
from tests.loyalty_site.counter.conftest import device_of, sign_in
from tests.loyalty_site.owner.conftest import logged_in
from tests.rewards.programs import a_reward, book, stamp_program

#: What a URL may answer to somebody who names a foreign object.
CLOSED = {301, 302, 400, 401, 403, 404, 405, 410, 415, 422, 429}
OFFICE_ROLES = (Role.OWNER, Role.MANAGER, Role.ANALYST, Role.AUDITOR)
ROLES = ("anonymous", "customer", "counter", *(f"office-{role}" for role in OFFICE_ROLES))

#: Names of URL parameters -> the model that they name by public id.
BY_PUBLIC_ID = {
    "card": "members.Card",
    "booking": "rewards.Booking",
    "redemption": "rewards.Redemption",
    "earn": "rewards.Booking",
    "till": "members.Till",
    "staff": "members.Staff",
    "member": "members.Member",
    "store": "members.Store",
    "program": "rewards.Program",
    "reward": "rewards.Reward",
    "limit": "fraud.Limit",
    "rule": "rewards.Rule",
    "job": "members.Job",
}


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full route, its name, and whether it names an object."""

    route: str
    name: str
    parameters: tuple[str, ...]


def _addresses() -> Iterator[Address]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Address]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield Address(route, pattern.name or "", tuple(pattern.pattern.regex.groupindex))

    return walk(get_resolver("loyalty_site.urls").url_patterns, "")


ADDRESSES = list(_addresses())


def _model_of(address: Address, world: ForeignWorld) -> TenantModel | None:
    """The foreign row that an admin address of the office would name."""
    found = re.match(r"(members|rewards|fraud)_([a-z]+)_[a-z_]+$", address.name)
    if not found:
        return None
    label = next((x for x in world.rows if x.lower() == f"{found[1]}.{found[2]}"), None)
    return world.rows[label] if label else None


def _value(address: Address, parameter: str, world: ForeignWorld) -> str:
    """Return the foreign object's identifier for a parameter, or a plausible stranger."""
    if parameter in {"object_id", "pk"} and (row := _model_of(address, world)) is not None:
        return str(row.pk)
    name = parameter.removesuffix("_id")
    if f"<int:{parameter}>" in address.route and name in BY_PUBLIC_ID:
        return str(world.rows[BY_PUBLIC_ID[name]].pk)
    if name in BY_PUBLIC_ID:
        row = world.rows[BY_PUBLIC_ID[name]]
        return str(getattr(row, "public_id"))  # noqa: B009  # not every tenant model has one; these do
    if parameter == "slug":
        return world.merchant.slug
    if parameter == "number":
        return str(getattr(world.rows["members.Card"], "number"))  # noqa: B009  # the card's number
    return {"app_label": "members", "content_type_id": "1", "name": "x"}.get(parameter, str(uuid.uuid4()))


def _path(address: Address, world: ForeignWorld) -> str:
    def fill(match: re.Match[str]) -> str:
        return _value(address, match.group("name"), world)

    route = re.sub(r"<(?:[a-z]+:)?(?P<name>\w+)>", fill, address.route)
    route = re.sub(r"\(\?P<(?P<name>\w+)>(?:[^()]|\([^()]*\))*\)", fill, route)
    route = re.sub(r"\(\?[imsux]+\)|\\Z|[\^$]|\\", "", route)
    return "/" + route


def _named_addresses() -> list[Address]:
    return [a for a in ADDRESSES if a.parameters]


@pytest.fixture
def world(db: None) -> ForeignWorld:
    """The other merchant, alive."""
    return make_foreign_world()


@pytest.fixture
def home(merchant: Merchant, till: Till) -> Merchant:
    """Our own merchant, with a program of its own, so that pages have something to show."""
    program = stamp_program(merchant, name="Eigene Karte")
    a_reward(program, name="Eigene Prämie")
    book(factories.make_card(merchant=merchant), till=till)
    return merchant


def _visitor(role: str, home: Merchant, till: Till) -> Client:
    if role == "anonymous":
        return Client()
    if role == "customer":
        client, user = Client(), factories.make_user()
        factories.make_card(factories.make_member(home, user=user))
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client
    if role == "counter":
        client = device_of(till)
        assert sign_in(client, factories.make_staff(home, Role.MANAGER)).status_code == 302
        return client
    staff: Staff = factories.make_staff(home, Role(role.removeprefix("office-")), user=factories.make_user())
    return logged_in(staff)


def test_the_walk_knows_every_kind_of_parameter(world: ForeignWorld) -> None:
    """A new kind of parameter must be taught to the walk, or it would be filled with nonsense and prove nothing."""
    known = {
        *BY_PUBLIC_ID,
        *(f"{name}_id" for name in BY_PUBLIC_ID),
        "object_id",
        "pk",
        "slug",
        "number",
        "app_label",
        "content_type_id",
        "name",
    }
    known |= {"key", "uidb36", "uuid", "format", "ext", "token", "path", "url"}  # allauth's and Django's own
    strange = {(p, a.route) for a in ADDRESSES for p in a.parameters if p not in known}
    assert strange == set()


def test_the_walk_would_see_a_leak(world: ForeignWorld) -> None:
    """The control: the other merchant's own manager does see what strangers must not."""
    row = world.rows["members.Staff"]
    assert isinstance(row, Staff)
    client = logged_in(row)
    body = client.get("/admin/members/member/").content.decode()
    assert any(mark in body for mark in world.marks)


@pytest.mark.parametrize("role", ROLES)
def test_foreign_objects_are_not_found_by_any_url(role: str, home: Merchant, till: Till, world: ForeignWorld) -> None:
    client, before = _visitor(role, home, till), world.state()
    wrong: list[str] = []
    for address in _named_addresses():
        if "slug" in address.parameters:
            continue  # a merchant's portal is public; its persons are not: see below
        path = _path(address, world)
        for answer in (client.get(path), client.post(path, {"request_id": "walk", "post": "yes"})):
            body = answer.content.decode(errors="replace") if not answer.streaming else ""
            if answer.status_code not in CLOSED or any(mark in body for mark in world.marks):
                wrong.append(f"{answer.request['REQUEST_METHOD']} {path} -> {answer.status_code}")
    assert wrong == []
    assert world.state() == before


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_anything_of_another_merchant(role: str, home: Merchant, till: Till, world: ForeignWorld) -> None:
    client, before = _visitor(role, home, till), world.state()
    shown: list[str] = []
    for address in ADDRESSES:
        if address.parameters or "logout" in address.route:
            continue
        path = _path(address, world)
        for url in (path, f"{path}?q={world.marks[0]}", f"{path}?merchant__id__exact={world.merchant.pk}"):
            answer = client.get(url)
            assert answer.status_code < 500, url
            body = answer.content.decode(errors="replace") if not answer.streaming else ""
            body = body.replace(f"?q={world.marks[0]}", "").replace(f'value="{world.marks[0]}"', "")
            shown += [f"{url}: {mark}" for mark in world.marks[1:] if mark in body]
    assert shown == []
    assert world.state() == before


@pytest.mark.parametrize("role", ["anonymous", "customer", "counter"])
def test_a_foreign_portal_shows_no_person_and_no_card(
    role: str, home: Merchant, till: Till, world: ForeignWorld
) -> None:
    client = _visitor(role, home, till)
    for address in (a for a in ADDRESSES if "slug" in a.parameters):
        path = _path(address, world)
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code < 500, path
            body = answer.content.decode(errors="replace") if not answer.streaming else ""
            for mark in world.marks[1:]:
                assert mark not in body, path


def test_a_foreign_till_key_reaches_nothing_of_ours(home: Merchant, till: Till, world: ForeignWorld) -> None:
    api, before = client_of(till), world.state()
    booking, card = world.rows["rewards.Booking"], world.rows["members.Card"]
    booking_id, number = getattr(booking, "public_id"), getattr(card, "number")  # noqa: B009  # both have them
    reward = getattr(world.rows["rewards.Reward"], "public_id")  # noqa: B009  # see above
    answers = [
        api.get(f"cards/{number}"),
        api.get(f"earns/{booking_id}/explain"),
        api.post(f"earns/{booking_id}/undo"),
        api.post(f"redemptions/{booking_id}/undo"),
        api.post("earns", {"card": number}),
        api.post("redemptions", {"card": number, "reward": str(reward)}),
        api.post("returns", {"earn": str(booking_id)}),
    ]
    assert [answer.status for answer in answers] == [404] * len(answers)
    assert world.state() == before
