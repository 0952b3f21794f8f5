"""A merchant's colours as a style sheet: a strict content policy lets no page carry them itself."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from loyalty_site.portal.access import for_merchant_portal
from loyalty_site.web.colors import Palette, WeakColor, theme_for
from members.models import Merchant

#: Pages link it with the colour in the address, so a new colour is a new address and shows at once.
MAX_AGE_SECONDS = 24 * 60 * 60


@require_safe
@for_merchant_portal
def theme(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Answer with the tenant layer: light, and dark where the screen asks for it; the house's ink for a weak colour."""
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
    return HttpResponse(_sheet(merchant.brand_color), content_type="text/css; charset=utf-8", headers=headers)


def _sheet(brand: str) -> str:
    try:
        found = theme_for(brand)
    except WeakColor:  # saved before it was checked, or past the office
        return "@layer tenant {}\n"
    return (
        "@layer tenant {\n"
        f"  :root {{ {_declarations(found.light)} }}\n"
        f"  @media (prefers-color-scheme: dark) {{ :root {{ {_declarations(found.dark)} }} }}\n"
        "}\n"
    )


def _declarations(palette: Palette) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in asdict(palette).items())
