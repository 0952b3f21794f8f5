"""Form fields of a rule's parameters, drawn from the engine's own descriptions.

One field per `ParameterSpec`; nothing here knows a condition or an effect. Text that can't be read is handed on as it
is, so that the engine says what is wrong in its own words. `to_raw` and `to_initial` are inverse for valid values.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.tenant_form import LocalDateInput
from rewards.engine.parameters import ParameterSpec, ParameterType
from rewards.wording.labels import choice_label, parameter_label

STORES = "stores"
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_MONEY = re.compile(r"([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]{1,9})(?:[,.]([0-9]{1,2}))?")
_EXAMPLES = {
    ParameterType.TEXTS: _("One per line."),
    ParameterType.CENTS: _("For example 5 or 2,50."),
    ParameterType.MINUTE: _("For example 7:30; midnight is 24:00."),
}
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")


def field_for(spec: ParameterSpec, *, language: str, stores: Mapping[str, str]) -> forms.Field:
    """Return the form field of a parameter; `stores` are the merchant's, by key."""
    label = parameter_label(spec.name, language=language)
    if spec.type is ParameterType.BOOLEAN:
        return forms.BooleanField(label=label, required=False)
    if spec.type is ParameterType.CHOICES:
        choices = [(str(choice), choice_label(choice, language=language)) for choice in spec.choices]
        return _several(label, choices)
    if spec.name == STORES:
        return _several(label, list(stores.items()))
    return forms.CharField(
        label=label, required=False, widget=_typed(spec), help_text=_EXAMPLES.get(spec.type, ""), strip=True
    )


def to_raw(spec: ParameterSpec, typed: object) -> object:
    """Return what was typed as the engine's JSON; None for an empty field, the text itself if it can't be read."""
    if isinstance(typed, bool):
        return typed
    if isinstance(typed, Sequence) and not isinstance(typed, str):
        return [_choice(spec, str(value)) for value in typed]
    text = str(typed or "").strip()
    if spec.type is ParameterType.TEXTS:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines or ([] if spec.required else None)
    if not text:
        return None
    return _READERS.get(spec.type, str)(text)


def to_initial(spec: ParameterSpec, value: object) -> object:
    """Return a stored value as its field shows it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = [str(entry) for entry in value]
        is_lines = spec.type is ParameterType.TEXTS and spec.name != STORES
        return "\n".join(shown) if is_lines else shown
    if spec.type is ParameterType.CENTS and isinstance(value, int):
        return number_format(Decimal(value) / 100, decimal_pos=0 if value % 100 == 0 else 2, use_l10n=True)
    if spec.type is ParameterType.MINUTE and isinstance(value, int):
        return f"{value // 60}:{value % 60:02d}"
    return str(value)


def _typed(spec: ParameterSpec) -> forms.Widget:
    """Return the input of a parameter that is typed in."""
    match spec.type:
        case ParameterType.TEXTS:
            return forms.Textarea(attrs={"rows": 3})
        case ParameterType.DATE:
            return LocalDateInput()
        case ParameterType.CENTS:
            return forms.TextInput(attrs={"inputmode": "decimal"})
        case ParameterType.INTEGER | ParameterType.PERCENT:
            limits = {"min": spec.minimum, "max": spec.maximum}
            return forms.NumberInput(attrs={name: limit for name, limit in limits.items() if limit is not None})
        case _:
            return forms.TextInput()


def _several(label: str, choices: Sequence[tuple[str, str]]) -> forms.MultipleChoiceField:
    """Return boxes to tick."""
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple)


def _choice(spec: ParameterSpec, value: str) -> object:
    """Return a ticked choice in the type that the engine has it in."""
    return next((choice for choice in spec.choices if str(choice) == value), value)


def _whole(text: str) -> object:
    """Return a whole number, or the text."""
    return int(text) if _WHOLE.fullmatch(text) else text


def _cents(text: str) -> object:
    """Return a sum in cents, or the text: 5, 5,50, 5.50 and 1.234,50 are read."""
    found = _MONEY.fullmatch(text.removesuffix("€").strip())
    if found is None:
        return text
    whole, part = found.groups()
    return int(re.sub(r"[. ]", "", whole)) * 100 + int((part or "0").ljust(2, "0"))


def _minute(text: str) -> object:
    """Return a minute of the day, or the text."""
    found = _CLOCK.fullmatch(text)
    if found is None or int(found[2]) > 59:
        return text
    return int(found[1]) * 60 + int(found[2])


_READERS: Mapping[ParameterType, Callable[[str], object]] = {
    ParameterType.INTEGER: _whole,
    ParameterType.PERCENT: _whole,
    ParameterType.CENTS: _cents,
    ParameterType.MINUTE: _minute,
}
