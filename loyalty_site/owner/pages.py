"""What the office's own pages share: fetch one's own object, ask for a right, draw a page that asks before it acts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from loyalty_site.owner.site import access_of, office
from loyalty_site.owner.tenant_admin import list_name
from loyalty_site.web.access import Right, StaffAccess
from members.tenancy import TenantModel

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ObjectT = TypeVar("ObjectT", bound=TenantModel)


@dataclass(frozen=True, slots=True)
class Question:
    """A page that asks before it acts: what happens, and the button that does it. `kind` is the button's look."""

    title: "StrOrPromise"
    text: "StrOrPromise"
    button: "StrOrPromise"
    kind: str = "primary"


def own_object(request: HttpRequest, model: type[ObjectT], pk: int) -> ObjectT:
    """Return the merchant's object. Raises: Http404 for anybody else's."""
    found: ObjectT = get_object_or_404(model.objects.for_merchant(access_of(request).merchant), pk=pk)
    found.merchant = access_of(request).merchant  # Saves the query that a later look at it would cost.
    return found


def need(request: HttpRequest, right: Right) -> StaffAccess:
    """Return the role in force if it has the right. Raises: PermissionDenied."""
    access = access_of(request)
    if not access.may(right):
        raise PermissionDenied
    return access


def change_path(obj: TenantModel) -> str:
    """Return the name of the admin page of an object."""
    return f"office:{obj._meta.app_label}_{obj._meta.model_name}_change"


def ask(
    request: HttpRequest, question: Question, *, about: TenantModel, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """Draw the question about an object, with the form's fields if there is one."""
    context = {
        "title": question.title,
        "question": question,
        "original": about,
        "opts": about._meta,
        "list_name": list_name(type(about)),
        "form": form,
        "back": change_path(about),
    }
    response = office.page(request, "owner/question.html", context)
    response.status_code = status
    return response
