"""A person as one merchant knows them, and the ways to reach them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.tenancy import PublicTenantModel, TenantModel, public_id_constraint


class Member(PublicTenantModel):
    """A member. Ledger rows never point here, so a person can be forgotten and the sums stay."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="memberships",
        verbose_name=_("login"),
    )
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    birth_date = models.DateField(_("birthday"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, default="de")
    joined_at = models.DateTimeField(_("member since"))
    joined_store = models.ForeignKey(
        "members.Store",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("joined at store"),
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            public_id_constraint("member"),
            models.UniqueConstraint(
                fields=["merchant", "user"], condition=models.Q(user__isnull=False), name="member_user_unique"
            ),
        ]
        indexes = [
            # Read by the look-up without a card and the office search (prefix of the name).
            models.Index(fields=["merchant", "last_name", "first_name"], name="member_name"),
            models.Index(fields=["merchant", "first_name"], name="member_first_name"),
        ]

    def __str__(self) -> str:
        return self.full_name or str(_("Without a name"))

    @property
    def full_name(self) -> str:
        """First and last name, as the office shows them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def counter_name(self) -> str:
        """First name and initial: all that a screen in a shop may show."""
        initial = f"{self.last_name[:1]}." if self.last_name else ""
        return f"{self.first_name} {initial}".strip()


class ContactKind(models.TextChoices):
    """How a member can be reached."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    POSTAL = "postal", _("Postal address")


class Contact(TenantModel):
    """An e-mail address (lower case), phone number (E.164) or postal address (lines) of a member."""

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="contacts", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=ContactKind)
    value = models.CharField(_("address or number"), max_length=320)
    is_primary = models.BooleanField(_("preferred"), default=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["merchant", "member", "kind", "value"], name="contact_value_unique"),
            models.UniqueConstraint(
                fields=["merchant", "member", "kind"],
                condition=models.Q(is_primary=True),
                name="contact_one_primary",
            ),
        ]
        indexes = [
            # Read by the look-up without a card; several members of a household may share one.
            models.Index(fields=["merchant", "kind", "value"], name="contact_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of member {self.member_id}"


class ConsentPurpose(models.TextChoices):
    """What a member may agree to, each for itself."""

    TERMS = "terms", _("Terms of participation")
    EMAIL_ADVERTISING = "email_ads", _("Advertising by e-mail")
    SMS_ADVERTISING = "sms_ads", _("Advertising by SMS")
    POSTAL_ADVERTISING = "postal_ads", _("Advertising by letter")


class Consent(TenantModel):
    """One agreement with its wording's version, time and source; withdrawing fills ``withdrawn_at``."""

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="consents", verbose_name=_("member")
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=ConsentPurpose)
    wording_version = models.CharField(_("version of the text"), max_length=20)
    source = models.CharField(_("where it was given"), max_length=40)
    given_at = models.DateTimeField(_("given"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "member", "purpose"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="consent_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of member {self.member_id}"
