"""Takes the demo's people on: office roles with a login and a second factor, the counter's roles with a PIN.

Everything that a login needs to work is there: a confirmed address, a password, an authenticator app's secret and
recovery codes, kept where ``allauth`` keeps them.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from loyalty_site.demo.access import StaffAccess, new_password, new_pin
from loyalty_site.demo.people import ascii_name
from loyalty_site.demo.plans import Colleague
from members.audit import Actor
from members.domain.people import add_staff
from members.domain.shifts import set_pin
from members.models import COUNTER_ROLES, OFFICE_ROLES, Merchant, Staff, User


def hire(*, merchant: Merchant, colleague: Colleague, actor: Actor, at: datetime) -> tuple[Staff, StaffAccess]:
    """Add a person to the team with what their role needs; returns them and their way in."""
    user = email = password = secret = pin = None
    if colleague.role in OFFICE_ROLES:
        email, password, secret = _address(merchant, colleague), new_password(), str(generate_totp_secret())
        user = make_login(email=email, password=password)
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
    staff = add_staff(merchant=merchant, name=colleague.name, role=colleague.role, actor=actor, at=at, user=user)
    if colleague.role in COUNTER_ROLES:
        pin = new_pin()
        set_pin(staff=staff, pin=pin, actor=actor, at=at)
    access = StaffAccess(
        name=colleague.name, role=colleague.role.value, email=email, password=password, totp_secret=secret, pin=pin
    )
    return staff, access


def make_login(*, email: str, password: str) -> User:
    """Make a login whose address counts as confirmed: nobody could read a mail to ``.example``."""
    user = User.objects.create_user(email=email, password=password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _address(merchant: Merchant, colleague: Colleague) -> str:
    """Return the person's address at work."""
    return f"{'.'.join(ascii_name(word) for word in colleague.name.split())}@{merchant.slug}.example"
