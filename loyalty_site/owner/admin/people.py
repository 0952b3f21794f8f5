"""Members and their contacts. They join at the portal or the counter; the office corrects and looks up."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.columns import JOINED_AT_STORE
from loyalty_site.owner.search import SearchByPost
from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import TenantAdmin, TenantInline
from loyalty_site.owner.tenant_form import TenantForm
from loyalty_site.web.access import StaffAccess
from members import audit
from members.domain.contacts import normal_contact, normal_name
from members.domain.people import add_contact
from members.models import Card, Contact, ContactKind, Member
from members.queries.lookup import MAX_RESULTS, find_members


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """One contact; its value is brought into the one spelling of its kind, or refused with a sentence."""

    class Meta:
        model = Contact
        fields = ["kind", "value"]
        widgets = {"value": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """Check and normalise the value."""
        cleaned = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value")
        if kind and value:
            try:
                cleaned["value"] = normal_contact(ContactKind(kind), value)
            except ValidationError as error:
                self.add_error("value", [message for found in error.error_dict.values() for message in found])
        return cleaned


class MemberForm(TenantForm):
    """A member's name, birthday and language."""

    class Meta(TenantForm.Meta):
        model = Member
        fields = ["first_name", "last_name", "birth_date", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"] = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    def clean(self) -> dict[str, Any] | None:  # Any: field values
        """Bring both names into one spelling."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("first_name", "last_name"):
            try:
                cleaned[name] = normal_name(cleaned.get(name, ""), field=name)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


class ContactInline(TenantInline):
    """A member's e-mail addresses, phone numbers and postal addresses."""

    model = Contact
    form = ContactForm
    fields = ("kind", "value", "is_primary", "confirmed_at")
    readonly_fields = ("is_primary", "confirmed_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: a member
        """A contact can go: no booking names it."""
        return self.has_change_permission(request, obj)


@admin.register(Member, site=office)
class MemberAdmin(SearchByPost, TenantAdmin):
    """The people behind the cards."""

    explanation = _(
        "Search by name, phone number, e-mail address or card number. What you search for is in no address and no log."
    )
    list_display = ("full_name", "card_numbers", "language", "joined_at", JOINED_AT_STORE)
    list_select_related = ("joined_store",)
    ordering = ("-joined_at", "-id")
    fieldsets = (
        (None, {"fields": ("first_name", "last_name", "birth_date", "language")}),
        (_("Card and origin"), {"fields": ("card_links", "joined_at", JOINED_AT_STORE)}),
    )
    readonly_fields = ("card_links", "joined_at", JOINED_AT_STORE)
    inlines = (ContactInline,)
    form = MemberForm

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:  # Any: members
        """Return the members who have not been erased, with their cards."""
        cards = Card.objects.for_merchant(access_of(request).merchant).order_by("-issued_at", "-pk")
        rows = super().get_queryset(request).filter(erased_at__isnull=True)
        return rows.prefetch_related(models.Prefetch("cards", queryset=cards))

    def found_ids(self, request: HttpRequest, text: str) -> list[int]:
        """Return the members that a text may mean."""
        found = find_members(merchant=access_of(request).merchant, text=text, limit=MAX_RESULTS)
        return [member.pk for member in found]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # Any: a member
        """Members join at the portal or the counter, where they give their consents."""
        return False

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, obj: Member) -> str:
        """Return the name, or that there is none."""
        return str(obj)

    @admin.display(description=_("cards"))
    def card_numbers(self, obj: Member) -> str:
        """Return the numbers of the member's cards, the latest first."""
        return ", ".join(card.masked_number for card in obj.cards.all())

    @admin.display(description=_("cards"))
    def card_links(self, obj: Member) -> SafeString | str:
        """Return links to the member's cards with their states."""
        links = (
            (
                reverse("office:members_card_change", args=[card.pk]),
                card.grouped_number,
                card.get_state_display(),
            )
            for card in obj.cards.all()
        )
        return format_html_join("", '<p><a class="number" href="{}">{}</a> {}</p>', links) or format_html("–")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # Any: its forms
        """Save contacts: a changed one must be confirmed anew, each kind keeps a preferred one; all is written down."""
        access, at, member = access_of(request), timezone.now(), form.instance
        formset.save(commit=False)
        for contact in formset.deleted_objects:
            _record(access, at, member, "member.contact_removed", contact)
            contact.delete()
        for contact, _changed in formset.changed_objects:
            contact.confirmed_at = None
            contact.save()
            _record(access, at, member, "member.contact_changed", contact)
        for contact in formset.new_objects:
            kind = ContactKind(contact.kind)
            made = add_contact(merchant=access.merchant, member=member, kind=kind, value=contact.value)
            _record(access, at, member, "member.contact_added", made)
        _keep_preferred(member)


def _record(access: StaffAccess, at: datetime, member: Member, action: str, contact: Contact) -> None:
    """Write down what happened to a contact, without its value."""
    audit.record(
        merchant=access.merchant, at=at, action=action, target=member, actor=access.actor, new={"kind": contact.kind}
    )


def _keep_preferred(member: Member) -> None:
    """Let the oldest contact of a kind without a preferred one be it."""
    mine = Contact.objects.for_merchant(member.merchant_id).filter(member=member)
    for kind in ContactKind:
        of_kind = list(mine.filter(kind=kind).order_by("pk"))
        if of_kind and not any(contact.is_primary for contact in of_kind):
            mine.filter(pk=of_kind[0].pk).update(is_primary=True)
