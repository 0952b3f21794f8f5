"""Every table keeps the house's rules: a merchant in it, named constraints, guarded managers, documented."""

import inspect

import pytest
from django.apps import apps
from django.db import connection, models

from members.models import Merchant, User
from members.tenancy import PublicTenantModel, TenantManager, TenantModel, UnscopedQuery

OURS = [
    model
    for app in ("members", "fraud", "verification", "rewards", "loyalty_site")
    for model in apps.get_app_config(app).get_models()
]
#: The tenant itself, and logins, which merchants share.
WITHOUT_MERCHANT = {Merchant, User}
TENANT = [model for model in OURS if model not in WITHOUT_MERCHANT]


def _id(model: type[models.Model]) -> str:
    return model._meta.label


def test_the_site_has_no_models() -> None:
    assert list(apps.get_app_config("loyalty_site").get_models()) == []


@pytest.mark.parametrize("model", TENANT, ids=_id)
def test_every_model_names_its_merchant_and_refuses_unscoped_reads(model: type[TenantModel]) -> None:
    assert issubclass(model, TenantModel)
    field = model._meta.get_field("merchant")
    assert (field.null, field.remote_field.model) == (False, Merchant)
    assert isinstance(model._default_manager, TenantManager)
    for read in (
        lambda: list(model.objects.all()),
        lambda: model.objects.count(),
        lambda: model.objects.exists(),
        lambda: model.objects.first(),
        lambda: model.objects.filter(pk=1).update(merchant=1),
        lambda: model.objects.filter(pk=1).delete(),
    ):
        with pytest.raises(UnscopedQuery):
            read()


@pytest.mark.parametrize("model", TENANT, ids=_id)
def test_merchant_stands_first_in_every_unique_constraint(model: type[models.Model]) -> None:
    unique = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    assert [c.name for c in unique if c.fields[0] != "merchant"] == []
    assert [f.name for f in model._meta.fields if f.unique and not f.primary_key and not f.one_to_one] == []


#: Reads that happen before the merchant is known, or over all merchants; each says so beside the index.
ACROSS = {"till_public_id", "till_pairing_code", "job_due"}


@pytest.mark.parametrize("model", TENANT, ids=_id)
def test_merchant_stands_first_in_every_index(model: type[models.Model]) -> None:
    wrong = [i.name for i in model._meta.indexes if i.fields[0] != "merchant" and i.name not in ACROSS]
    assert wrong == []


@pytest.mark.parametrize("model", OURS, ids=_id)
def test_every_constraint_and_index_has_a_name_of_our_own(model: type[models.Model]) -> None:
    assert model._meta.unique_together == ()
    for item in (*model._meta.constraints, *model._meta.indexes):
        assert item.name
        assert len(item.name) <= 30 or isinstance(item, models.BaseConstraint)


@pytest.mark.parametrize("model", [m for m in OURS if issubclass(m, PublicTenantModel)], ids=_id)
def test_public_ids_are_unique_by_constraint(model: type[models.Model]) -> None:
    names = [c.name for c in model._meta.constraints if getattr(c, "fields", ()) == ("merchant", "public_id")]
    assert len(names) == 1


@pytest.mark.parametrize("model", OURS, ids=_id)
def test_every_model_is_documented_and_has_words_for_people(model: type[models.Model]) -> None:
    text = inspect.getdoc(model)
    assert text
    assert not text.startswith(f"{model.__name__}(")
    assert model.__str__ is not models.Model.__str__


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    ["rewards_transfer", "rewards_booking", "rewards_lotmove", "fraud_assessment", "members_auditentry"],
)
def test_append_only_tables_carry_their_triggers(table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
            assert [row[0] for row in cursor.fetchall()] == [f"{table}_append_only"]
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            assert {row[0] for row in cursor.fetchall()} == {f"{table}_no_UPDATE", f"{table}_no_DELETE"}
