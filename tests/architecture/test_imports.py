"""The import order of docs/developers.md: each room imports only what stands to its left."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Import, imports_of, module_name, source_files

#: room -> the rooms it may import (itself included)
DOMAIN = {
    "members": {"members"},
    "fraud": {"members", "fraud"},
    "verification": {"members", "fraud", "verification"},
    "rewards": {"members", "fraud", "rewards"},
}
FACES = ("counter", "owner", "portal", "api")
#: Wiring that mounts or names the faces; nothing imports it back.
WIRING = ("loyalty_site.urls", "loyalty_site.wsgi", "loyalty_site.apps")
#: Inside a domain app: a layer may import the ones before it.
LAYERS = ("pure", "models", "queries", "domain", "jobs")
PURE = (
    "members.card_numbers",
    "members.rotating_codes",
    "members.qr",
    "fraud.decision",
    "fraud.facts",
    "rewards.engine",
    "rewards.domain.lot_expiry",
    "loyalty_site.web.colors",
)
FORBIDDEN_IN_PURE = ("django", "members.models", "fraud.models", "rewards.models", "verification.models")


def _face(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "loyalty_site" and parts[1] in FACES else None


def _breach(item: Import) -> str | None:
    here, there = module_name(item.path), item.module
    room, target = here.split(".")[0], there.split(".")[0]
    if room in DOMAIN:
        ours = target in DOMAIN or target == "loyalty_site"
        if ours and target not in DOMAIN[room]:
            return f"{item}: {room} stands to the left of {target}"
        return None
    if here in WIRING:
        return None
    mine, other = _face(here), _face(there)
    if other and other != mine:
        return f"{item}: faces never import each other, and nothing but urls imports a face"
    if mine is None and here.startswith("loyalty_site.journeys") and there.startswith("loyalty_site.web"):
        return f"{item}: journeys know no face"
    return None


def test_every_import_keeps_the_order_of_the_rooms() -> None:
    breaches = [b for path in source_files() for item in imports_of(path) if (b := _breach(item))]
    assert breaches == []


def test_a_breach_would_be_seen() -> None:
    """The control: the rule above does refuse what it must."""
    wrong = Import(ROOT / "members" / "domain" / "cards.py", 1, "rewards.models")
    across = Import(ROOT / "loyalty_site" / "counter" / "urls.py", 1, "loyalty_site.portal.urls")
    assert _breach(wrong) is not None
    assert _breach(across) is not None


def _pure_files() -> list[Path]:
    return [path for path in source_files() if any(_is_in(module_name(path), name) for name in PURE)]


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_pure_modules_import_neither_django_nor_models() -> None:
    files = _pure_files()
    assert len(files) >= len(PURE)
    breaches = [
        str(item) for path in files for item in imports_of(path)
        if any(_is_in(item.module, name) for name in FORBIDDEN_IN_PURE)
    ]  # fmt: skip
    assert breaches == []


def _clock_reads(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.split(".")[-1] in {"now", "utcnow", "today", "localtime", "localdate"} or name == "time.time":
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}()")
    return found


def test_the_clock_is_read_in_faces_and_jobs_only() -> None:
    domain = [path for path in source_files() if module_name(path).split(".")[0] in DOMAIN or "journeys" in path.parts]
    # Models may default a creation date; everything else is handed the time.
    reads = [line for path in domain if "models" not in path.parts for line in _clock_reads(path)]
    assert reads == []


@pytest.mark.parametrize("app", sorted(DOMAIN))
def test_domain_apps_have_no_views_and_no_html(app: str) -> None:
    files = [path for path in source_files() if module_name(path).split(".")[0] == app]
    assert files
    faces = ("django.views", "django.shortcuts", "django.template", "django.urls", "django.http", "django.forms")
    breaches = [str(item) for path in files for item in imports_of(path) if any(_is_in(item.module, f) for f in faces)]
    assert breaches == []


def _layer(module: str) -> int | None:
    parts = module.split(".")
    if any(_is_in(module, name) for name in PURE):
        return 0
    for part in parts[1:]:
        if part in LAYERS:
            return LAYERS.index(part)
    return None


#: Reads that need the domain's outcome types; they stand beside the domain, not under it.
SIBLINGS = {("queries", "domain")}


@pytest.mark.parametrize("app", sorted(DOMAIN))
def test_models_import_no_domain_and_pure_modules_nothing_of_either(app: str) -> None:
    breaches = []
    for path in source_files():
        here = module_name(path)
        mine = _layer(here)
        if here.split(".")[0] != app or mine is None:
            continue
        for item in imports_of(path):
            other = _layer(item.module) if item.module.split(".")[0] == app else None
            pair = (LAYERS[mine], LAYERS[other]) if other is not None else None
            if other is not None and other > mine and pair not in SIBLINGS:
                breaches.append(str(item))
    assert breaches == []
