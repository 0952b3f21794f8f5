"""The merchant's style sheet: its colours, readable, cacheable, and nobody else's."""

import re

import pytest
from django.test import Client

from loyalty_site.web.colors import contrast
from members.models import Merchant
from tests import factories


def test_theme_writes_the_colors_in_the_tenant_layer(db: None, client: Client) -> None:
    merchant = factories.make_merchant(brand_color="#a8451c")
    response = client.get(f"/t/{merchant.slug}/theme.css")
    css = response.content.decode()
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert css.startswith("@layer tenant {\n  :root { --ink: #a8451c; ")
    assert css.count("--ink:") == css.count("--on-brand-head:") == 2
    assert css.count("{") == css.count("}")
    light, dark = css.split("prefers-color-scheme: dark")
    for part in (light, dark):
        values = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))
        assert len(values) == 7
        assert contrast(values["on-ink"], values["ink"]) >= 4.5


def test_theme_of_a_color_that_can_t_be_read_leaves_the_house_s_ink(db: None, client: Client) -> None:
    merchant = factories.make_merchant(brand_color="#ffee00")
    assert client.get(f"/t/{merchant.slug}/theme.css").content == b"@layer tenant {}\n"


@pytest.mark.parametrize("slug", ["nobody", "gone"])
def test_theme_of_an_unknown_or_inactive_merchant_is_not_found(db: None, client: Client, slug: str) -> None:
    factories.make_merchant(slug="gone", is_active=False)
    assert client.get(f"/t/{slug}/theme.css").status_code == 404


def test_pages_link_the_theme_by_its_color_so_that_a_new_one_shows_at_once(merchant: Merchant, client: Client) -> None:
    assert f'href="/t/{merchant.slug}/theme.css?v=4c2a85"' in client.get(f"/m/{merchant.slug}/").content.decode()
    Merchant.objects.update(brand_color="#0f5c66")
    assert f'href="/t/{merchant.slug}/theme.css?v=0f5c66"' in client.get(f"/m/{merchant.slug}/").content.decode()
