"""How a person's name, e-mail address, phone number and postal address are written before they are kept.

Promises: pure; one spelling of each (so that equal means equal), nothing invisible or that turns text round, nothing
PostgreSQL refuses. What can't be understood is a `ValidationError` for the field, in the person's language, and
its message never repeats what was typed.

Whether a contact is reachable or its owner's is for a challenge to find out.
"""

import unicodedata

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from members.models import ContactKind

MAX_NAME = 80
MAX_EMAIL = 254
MAX_ADDRESS = 320
_LONGEST_TYPED = 1000


def normal_name(text: str, *, field: str, maximum: int = MAX_NAME) -> str:
    """Return a name on one line; empty stays empty.

    Raises:
        ValidationError: for `field`: longer than `maximum` characters, or a web or e-mail address (a name stands in
            messages: nobody shall send strangers to a site by signing them up).
    """
    name = " ".join(_visible(text, field=field).split())
    if len(name) > maximum:
        raise _too_long(field, maximum)
    if "@" in name or "://" in name or "www." in name.lower():
        raise ValidationError({field: ValidationError(_("Names hold no web or e-mail addresses."), code="address")})
    return name


def normal_email(text: str, *, field: str = "email") -> str:
    """Return an e-mail address in lower case. Raises: ValidationError for `field`."""
    address = _visible(text, field=field).strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        message = _("This is not a complete e-mail address.")
        raise ValidationError({field: ValidationError(message, code="invalid")}) from None
    if len(address) > MAX_EMAIL:
        raise _too_long(field, MAX_EMAIL)
    return address


def normal_phone(text: str, *, field: str = "phone") -> str:
    """Return a phone number as E.164; without a country, one of the installation's region (Germany).

    Raises:
        ValidationError: for `field`: no number that anybody could have.
    """
    try:
        number = phonenumbers.parse(_visible(text, field=field), settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        raise _no_phone(field) from None
    if not phonenumbers.is_valid_number(number):
        raise _no_phone(field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_postal(text: str, *, field: str = "postal") -> str:
    """Return a postal address with one line per line, empty ones dropped. Raises: ValidationError for `field`."""
    lines = (" ".join(line.split()) for line in _visible(text, field=field).splitlines())
    address = "\n".join(line for line in lines if line)
    if len(address) > MAX_ADDRESS:
        raise _too_long(field, MAX_ADDRESS)
    if not address:
        raise ValidationError({field: ValidationError(_("The address is missing."), code="required")})
    return address


def normal_contact(kind: ContactKind, text: str) -> str:
    """Return a contact's value in the one spelling of its kind. Raises: ValidationError for the field `kind`."""
    match kind:
        case ContactKind.EMAIL:
            return normal_email(text)
        case ContactKind.PHONE:
            return normal_phone(text)
        case ContactKind.POSTAL:
            return normal_postal(text)


def _visible(text: str, *, field: str) -> str:
    """Return the text composed (NFC), without control, direction and other invisible characters but white space."""
    if len(text) > _LONGEST_TYPED:
        raise _too_long(field, _LONGEST_TYPED)
    kept = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"})
    return unicodedata.normalize("NFC", "".join(kept))


def _too_long(field: str, maximum: int) -> ValidationError:
    """Return the error of a text that doesn't fit."""
    message = ngettext_lazy("At most %(count)d character.", "At most %(count)d characters.", "count")
    return ValidationError({field: ValidationError(message, code="too_long", params={"count": maximum})})


def _no_phone(field: str) -> ValidationError:
    """Return the error of a text that is no phone number."""
    message = _("This is not a complete phone number. Example: 0170 1234567.")
    return ValidationError({field: ValidationError(message, code="invalid")})
