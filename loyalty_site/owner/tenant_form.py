"""Forms of tenant objects in the office: they know their merchant before they check anything.

Promises: the merchant comes from the door and never from what was sent; constraints that start with the merchant are
checked in the form (as sentences) and not by the database (as a crash); every text field is one line of our look.
"""

from __future__ import annotations  # the stubs' types can't be subscripted when the code runs

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty_site.web.access import StaffAccess
from members.models import Merchant

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]  # Any: one base for the forms of several models
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _ModelForm = forms.ModelForm
    _InlineFormSet = forms.BaseInlineFormSet


class TenantForm(_ModelForm):
    """A model form whose object belongs to the merchant in force; `access` is set by `TenantAdmin.get_form`."""

    access: ClassVar[StaffAccess]

    class Meta:
        error_messages = {NON_FIELD_ERRORS: {"unique_together": _("There is one with this name already.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.merchant = self.access.merchant

    @property
    def merchant(self) -> Merchant:
        """The merchant whose objects this form may name."""
        return self.access.merchant

    def _get_validation_exclusions(self) -> set[str]:
        """Let constraints that name the merchant be checked although it is no field of the form."""
        exclusions: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # private in the stubs
        return exclusions - {"merchant"}


class TenantFormSet(_InlineFormSet):
    """Rows inside a form; the id of a row that is sent must be one of the merchant's."""

    def add_fields(self, form: Any, index: int | None) -> None:  # Any: one of its forms
        """Narrow the hidden field with the row's id: the stock one looks among all merchants' rows."""
        super().add_fields(form, index)
        field = form.fields.get(self._pk_field.name)  # type: ignore[attr-defined]  # set by the method above
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            field.queryset = field.queryset.filter(merchant=self.instance.merchant_id)


class LocalDateTimeInput(forms.DateTimeInput):
    """The browser's own field for date and time: one labelled input without scripts."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:  # Any: HTML attributes
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class LocalDateInput(forms.DateInput):
    """The browser's own field for a date."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:  # Any: HTML attributes
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class LocalDateTimeField(forms.DateTimeField):
    """Reads what that field sends, in the active time zone."""

    widget = LocalDateTimeInput


class LocalDateField(forms.DateField):
    """Reads what that field sends."""

    widget = LocalDateInput
    input_formats = ["%Y-%m-%d"]


#: How model fields are shown in the office, where a form says nothing else.
FIELD_OVERRIDES: dict[type[models.Field[Any, Any]], dict[str, Any]] = {  # Any: Django's own shape
    models.DateTimeField: {"form_class": LocalDateTimeField, "widget": LocalDateTimeInput},
    models.DateField: {"form_class": LocalDateField, "widget": LocalDateInput},
}
