"""The contract at openapi.json: complete, valid by its own examples; and a documentation page without inline code."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pydantic import BaseModel

from loyalty_site.api import problems, schemas
from loyalty_site.api.problems import KINDS, Problem

CALLS = {
    ("post", "/api/v1/earns"),
    ("post", "/api/v1/earns/{earn_id}/undo"),
    ("get", "/api/v1/earns/{earn_id}/explain"),
    ("post", "/api/v1/redemptions"),
    ("post", "/api/v1/redemptions/{redemption_id}/undo"),
    ("post", "/api/v1/returns"),
    ("get", "/api/v1/cards/{number}"),
}


@pytest.fixture
def contract() -> Any:  # Any: JSON
    """The contract as a client reads it: without a key."""
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def calls(contract: Any) -> dict[tuple[str, str], Any]:  # Any: JSON
    """Return every call of the contract."""
    return {(method, path): call for path, item in contract["paths"].items() for method, call in item.items()}


def test_contract_names_every_call_and_no_other(contract: Any) -> None:  # Any: JSON, here and below
    assert set(calls(contract)) == CALLS
    assert contract["openapi"].startswith("3.1")


def test_every_call_asks_for_the_till_key(contract: Any) -> None:
    scheme = contract["components"]["securitySchemes"]["TillKey"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all(call["security"] == [{"TillKey": []}] for call in calls(contract).values())


def test_every_post_asks_for_an_idempotency_key(contract: Any) -> None:
    for (method, path), call in calls(contract).items():
        found = [p for p in call["parameters"] if p["in"] == "header" and p["name"] == "Idempotency-Key"]
        assert len(found) == (method == "post"), path
        assert all(parameter["required"] for parameter in found)


def test_every_call_documents_its_outcomes_and_all_problems(contract: Any) -> None:
    for (method, path), call in calls(contract).items():
        outcomes = {"200", "201"} if method == "post" else {"200"}
        assert set(call["responses"]) == outcomes | {str(kind.status) for kind in KINDS}, path
        for status, response in call["responses"].items():
            media_type = "application/json" if status in outcomes else "application/problem+json"
            assert list(response["content"]) == [media_type], (path, status)
    assert contract["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "detail", "errors"]


def test_every_reference_of_the_contract_leads_somewhere(contract: Any) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", str(contract)))
    assert names
    assert names <= set(contract["components"]["schemas"])


@pytest.mark.parametrize(
    "model", [schemas.EarnBody, schemas.RedemptionBody, schemas.ReturnBody, Problem], ids=lambda model: model.__name__
)
def test_examples_are_valid(model: type[BaseModel]) -> None:
    examples = model.model_json_schema()["examples"]
    assert examples
    for example in examples:
        model.model_validate(example)


def test_description_lists_every_kind_of_problem(contract: Any) -> None:
    for kind in problems.KINDS:
        assert f"`{kind.name}` ({kind.status})" in contract["info"]["description"]


def test_docs_page_keeps_to_the_strict_policy(contract: Any) -> None:
    response = Client().get("/api/v1/docs", headers={"Accept-Language": "de"})
    page = response.content.decode()
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "en"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
        # A block of data is never executed; any other script must be a file of ours.
        assert 'type="application/json"' in attributes or (not content.strip() and 'src="/static/' in attributes)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert 'lang="en"' in page
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith((settings.STATIC_URL, "/api/v1/")), address
        if address.startswith(settings.STATIC_URL):
            assert finders.find(address.removeprefix(settings.STATIC_URL)), address
