"""One merchant per row: the base model, and managers that refuse to be read without naming the merchant.

``Model.objects`` raises ``UnscopedQuery`` as soon as a query would reach the database without having been
narrowed by ``for_merchant(merchant)``, by a ``merchant=`` filter, or by coming from an object that belongs to a
merchant (``card.accounts``). Reads that really span merchants (a till key at the door, a nightly job that walks
all tenants) say why with ``across_merchants(reason=...)``; tests/architecture lists every such place.
The guard is a net under the faces, not the fence: objects are always fetched by merchant *and* id.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn, Self, TypeVar

from django.db import models

_SCOPING_LOOKUPS = frozenset(
    {"merchant", "merchant_id", "merchant__exact", "merchant_id__exact", "merchant__in", "merchant_id__in"}
)
ModelT = TypeVar("ModelT", bound=models.Model)


class UnscopedQuery(RuntimeError):
    """A query on tenant data was about to run without naming the merchant."""


class TenantQuerySet(models.QuerySet[ModelT]):
    """A queryset that must be narrowed to a merchant before it may run."""

    _merchant_scoped = False

    def for_merchant(self, merchant: models.Model | int) -> Self:
        """Narrow to one merchant (the object or its primary key)."""
        return self.filter(merchant=merchant)

    def across_merchants(self, *, reason: str) -> Self:
        """Allow a read over all merchants; ``reason`` is for the reader of the code and of the test's list."""
        if not reason:
            raise ValueError("A read across merchants needs a reason.")
        clone: Self = self._chain()  # type: ignore[attr-defined]  # private in the stubs
        clone._merchant_scoped = True
        return clone

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # private in the stubs
        clone._merchant_scoped = self._merchant_scoped
        return clone

    def _add_hints(self, **hints: Any) -> None:  # Any: Django's own signature
        """Count as scoped when the query starts at an object of a merchant (a related manager)."""
        super()._add_hints(**hints)  # type: ignore[misc]  # private in the stubs
        if getattr(hints.get("instance"), "is_tenant_data", False):
            self._merchant_scoped = True

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: dict[str, Any]) -> Self:  # Any: Django's own
        clone: Self = super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc]  # private
        if not negate and any(kwargs.get(name) is not None for name in _SCOPING_LOOKUPS):
            clone._merchant_scoped = True
        return clone

    def _require_scope(self) -> None:
        if not self._merchant_scoped and not self.query.is_empty():
            raise UnscopedQuery(f"{self.model._meta.label}: name the merchant first, e.g. .for_merchant(merchant).")

    def __or__(self, other: Any) -> Self:  # Any: Django's own signature
        return self._both_scoped(other, super().__or__)

    def __xor__(self, other: Any) -> Self:  # Any: Django's own signature
        return self._both_scoped(other, super().__xor__)

    def _both_scoped(self, other: Self, combine: Callable[[Any], Self]) -> Self:
        """Combine only what is scoped on both sides: one open side would open the whole."""
        self._require_scope()
        other._require_scope()
        return combine(other)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # Any: Django's own
        for query in (self, *others):
            query._require_scope()
        clone: Self = super()._combinator_query(combinator, *others, all=all)  # type: ignore[misc]  # private
        return clone

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:  # Any: Django's own signature
        """Refuse: raw SQL can't be seen to be scoped. The few hand-written statements use a cursor and say why."""
        raise UnscopedQuery(f"{self.model._meta.label}: no raw queries on tenant data.")

    def explain(self, *args: Any, **kwargs: Any) -> str:  # Any: Django's own signature
        """Explain, scoped (ANALYZE runs the query)."""
        self._require_scope()
        return super().explain(*args, **kwargs)

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[ModelT]:
        """Iterate without caching, scoped."""
        self._require_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        """Count, scoped."""
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        """Tell whether there is a row, scoped."""
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # Any: Django's own signature
        """Aggregate, scoped."""
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:  # Any: Django's own signature
        """Update, scoped."""
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, scoped."""
        self._require_scope()
        return super().delete()

    def in_bulk(self, id_list: Any = None, *, field_name: str = "pk") -> dict[Any, ModelT]:  # Any: Django's own
        """Fetch by keys, scoped."""
        self._require_scope()
        return super().in_bulk(id_list, field_name=field_name)


# Named at module level, and not as a base in place, so that the types of querysets are known everywhere.
_ScopedManager = models.Manager.from_queryset(TenantQuerySet)


class TenantManager(_ScopedManager[ModelT]):
    """The default manager of every tenant model."""


class TenantModel(models.Model):
    """Abstract base of everything that belongs to a merchant.

    ``merchant`` stands first in every unique constraint and index of a subclass, so that the data can be
    distributed by merchant later. Integers are for inside; what leaves the house is ``public_id`` where a
    model has one (``PublicTenantModel``).
    """

    is_tenant_data = True
    # No index of its own: the merchant stands first in the model's other indexes.
    merchant = models.ForeignKey("members.Merchant", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        # Forward relations and saves use a plain manager: they follow a key that is already scoped.
        base_manager_name = None  # type: ignore[assignment]  # the stubs know only names


class PublicTenantModel(TenantModel):
    """A tenant model with an identifier for URLs and the API."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def public_id_constraint(model: str) -> models.UniqueConstraint:
    """Return the named constraint that every ``PublicTenantModel`` carries."""
    return models.UniqueConstraint(fields=["merchant", "public_id"], name=f"{model}_public_id_unique")


def same_merchant(*objects: Any) -> bool:  # Any: objects of several tenant models, or None
    """Tell whether all given objects (None skipped) belong to one merchant."""
    seen: Sequence[int] = [o.merchant_id for o in objects if o is not None]
    return len(set(seen)) <= 1
