"""Columns and facts that name another object: in the reader's words, and as a link where it has a page.

The models' foreign keys carry no names of their own for people; here they get them, once for all lists and pages.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from members.models import Card

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _linked(path: str, label: "StrPromise") -> Any:  # Any: the stubs know columns in lists only, not on pages
    """Return a column that shows the object at a path of foreign keys from the row."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> SafeString | str:  # Any: a row of the list's model
        found = row
        for name in path.split("."):
            found = getattr(found, name)
            if found is None:
                return "–"
        return linked(found)

    return column


def linked(found: models.Model) -> SafeString:
    """Return an object's name as a link to its page in the office; a card's is its number, hidden in the middle."""
    meta = found._meta
    url = reverse(f"office:{meta.app_label}_{meta.model_name}_change", args=[found.pk])
    if isinstance(found, Card):
        return format_html('<a class="number" href="{}">{}</a>', url, found.masked_number)
    return format_html('<a href="{}">{}</a>', url, found)


CARD = _linked("card", _("card"))
CARD_OF_ACCOUNT = _linked("account.card", _("card"))
HANDED_OVER_BY = _linked("handed_over_by", _("handed over by"))
JOINED_AT_STORE = _linked("joined_store", _("joined at"))
MEMBER = _linked("member", _("member"))
OWN_CARD = _linked("own_card", _("own card"))
PROGRAM = _linked("program", _("program"))
REPLACED_BY = _linked("replaced_by", _("replaced by"))
REWARD = _linked("reward", _("reward"))
RULE = _linked("rule", _("rule"))
STAFF = _linked("staff", _("person"))
STORE = _linked("store", _("store"))
TILL = _linked("till", _("till"))
