"""The form of a store: its opening hours as two times a day, closed when both are empty."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from loyalty_site.owner.tenant_form import TenantForm
from members.models import Store, Till

DAYS = range(7)


class TimeInput(forms.TimeInput):
    """The browser's own field for a time."""

    input_type = "time"


def opens_field(day: int) -> str:
    """Return the name of the field with the opening time of a weekday, 0 is Monday."""
    return f"opens_{day}"


def closes_field(day: int) -> str:
    """Return the name of the field with the closing time of a weekday, 0 is Monday."""
    return f"closes_{day}"


class StoreForm(TenantForm):
    """A store; `opening_hours` is read from and written to the fourteen time fields."""

    class Meta(TenantForm.Meta):
        model = Store
        fields = ["name", "street", "postal_code", "city", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        hours = self.instance.opening_hours or {}
        for day in DAYS:
            opens, closes = hours.get(str(day), ("", ""))
            self._name_the_day(day)
            self.initial.setdefault(opens_field(day), opens)
            self.initial.setdefault(closes_field(day), closes)

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """Read the hours: both times or none, the first before the second."""
        cleaned = super().clean() or self.cleaned_data
        hours = {}
        for day in DAYS:
            opens, closes = cleaned.get(opens_field(day)), cleaned.get(closes_field(day))
            if (opens is None) != (closes is None) and not self._has_errors(day):
                missing = closes_field(day) if closes is None else opens_field(day)
                self.add_error(missing, _("Enter both times, or leave both empty when the store is closed."))
            elif isinstance(opens, time) and isinstance(closes, time):
                if opens >= closes:
                    self.add_error(closes_field(day), _("The store closes before it opens. Correct one of the two."))
                hours[str(day)] = [f"{opens:%H:%M}", f"{closes:%H:%M}"]
        self.instance.opening_hours = hours
        return cleaned

    def _has_errors(self, day: int) -> bool:
        """Tell whether one of the day's times could not be read."""
        return opens_field(day) in self.errors or closes_field(day) in self.errors

    def _name_the_day(self, day: int) -> None:
        """Label both fields with the day: a screen reader reads each alone. Absent when the form only shows."""
        labels = {
            opens_field(day): pgettext("opening hours", "%(day)s from"),
            closes_field(day): pgettext("opening hours", "%(day)s until"),
        }
        for name, label in labels.items():
            if name in self.fields:
                self.fields[name].label = label % {"day": WEEKDAYS[day]}


class TillForm(TenantForm):
    """A till; keys and pairings have pages of their own."""

    class Meta(TenantForm.Meta):
        model = Till
        fields = ["name", "store", "quick_stamp", "volume", "is_active"]
        labels = {"store": _("store")}


for _day in DAYS:
    for _name in (opens_field(_day), closes_field(_day)):
        StoreForm.declared_fields[_name] = forms.TimeField(required=False, widget=TimeInput(format="%H:%M"))
