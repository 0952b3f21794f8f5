"""Writing rules: the form knows the engine's whole vocabulary, and what it saves counts at the next booking."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from loyalty_site.owner.forms.rule_fields import field_for, to_initial, to_raw
from loyalty_site.owner.forms.rule_form import RuleForm
from members.models import AuditEntry, Merchant
from rewards.domain.earn import Sale, earn
from rewards.domain.programs import save_rule
from rewards.engine.parameters import ParameterSpec, ParameterType
from rewards.engine.vocabulary import CONDITIONS, EFFECTS
from rewards.models import Rule
from tests.loyalty_site.owner.markup import assert_clean, text_of
from tests.loyalty_site.owner.shops import Shop, make_program

pytestmark = pytest.mark.django_db

ONE_STAMP = {"name": "Neu", "then-fixed-0-use": "on", "then-fixed-0-units": "2"}


def add(client: Client, shop: Shop, form: Mapping[str, object]) -> int:
    """Send the form of a new rule; return the answer's status."""
    return client.post(reverse("office:rule_add", args=[shop.program.pk]), dict(form)).status_code


def stamps_of_a_sale(shop: Shop, request_id: str, cents: int = 500) -> int:
    """Book a sale at the till and return what it granted."""
    shop.merchant.refresh_from_db()
    outcome = earn(
        merchant=shop.merchant,
        card_token=shop.card.number,
        sale=Sale(amount_cents=cents),
        till=shop.till,
        staff=shop.cashier,
        request_id=request_id,
        at=timezone.now() + timedelta(seconds=1),
    )
    return sum(grant.amount for grant in outcome.grants)


def test_form_offers_every_kind_and_parameter_of_the_engine(desk: Client, shop: Shop) -> None:
    content = desk.get(reverse("office:rule_add", args=[shop.program.pk])).content.decode()
    for part, kinds in (("when", CONDITIONS), ("then", EFFECTS)):
        for kind, entry in kinds.items():
            assert f'name="{part}-{kind}-0-use"' in content
            for spec in entry.parameters:
                if spec.name != "stores":
                    assert f'name="{part}-{kind}-0-{spec.name}"' in content
    assert f'value="{shop.store.public_id}"' in content


def test_saved_rule_counts_at_the_next_booking(desk: Client, shop: Shop) -> None:
    assert stamps_of_a_sale(shop, "before") == 3
    assert add(desk, shop, {**ONE_STAMP, "save": "1"}) == 302
    assert stamps_of_a_sale(shop, "after") == 3 + 2


def test_rule_with_conditions_is_saved_as_the_engine_writes_it(desk: Client, shop: Shop) -> None:
    form = {
        "name": "Nachmittag",
        "position": "3",
        "then-per_amount-0-use": "on",
        "then-per_amount-0-units": "1",
        "then-per_amount-0-per_cents": "2,50",
        "then-per_amount-0-carry": "on",
        "when-weekday-0-use": "on",
        "when-weekday-0-weekdays": ["1", "2"],
        "when-hours-0-use": "on",
        "when-hours-0-from_minute": "13:00",
        "when-hours-0-to_minute": "24:00",
        "when-amount-0-use": "on",
        "when-amount-0-minimum_cents": "1.000",
        "when-dates-0-use": "on",
        "when-dates-0-from_on": "2026-12-01",
        "when-store-0-use": "on",
        "when-store-0-stores": [str(shop.store.public_id)],
        "when-channel-0-channels": ["web"],
        "save": "1",
    }
    assert add(desk, shop, form) == 302
    rule = Rule.objects.for_merchant(shop.merchant).get(name="Nachmittag")
    assert rule.position == 3
    assert rule.definition == {
        "when": [
            {"kind": "amount", "minimum_cents": 100_000},
            {"kind": "store", "stores": [str(shop.store.public_id)]},
            {"kind": "weekday", "weekdays": [1, 2]},
            {"kind": "hours", "from_minute": 780, "to_minute": 1440},
            {"kind": "dates", "from_on": "2026-12-01"},
        ],
        "then": [{"kind": "per_amount", "units": 1, "per_cents": 250, "carry": True}],
        "group": "base",
        "stacking": "all",
    }
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert (entry.action, entry.new["name"]) == ("rule.added", "Nachmittag")


def test_check_says_the_rule_in_words_and_saves_nothing(desk: Client, shop: Shop) -> None:
    form = {**ONE_STAMP, "when-amount-0-use": "on", "when-amount-0-minimum_cents": "5", "check": "1"}
    answer = desk.post(reverse("office:rule_add", args=[shop.program.pk]), form)
    assert answer.context["words"].startswith("2 Stempel")
    assert " ".join(answer.context["words"].split()) in text_of(answer)
    assert_clean(answer)
    assert Rule.objects.for_merchant(shop.merchant).count() == 1


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"then-fixed-0-units": "0"}, "then-fixed-0-units"),
        ({"then-fixed-0-units": ""}, "then-fixed-0-units"),
        ({"then-fixed-0-units": "viele"}, "then-fixed-0-units"),
        ({"then-fixed-0-units": "9" * 40}, "then-fixed-0-units"),
        ({"when-amount-0-use": "on", "when-amount-0-minimum_cents": "abc"}, "when-amount-0-minimum_cents"),
        ({"when-hours-0-use": "on", "when-hours-0-from_minute": "7:61"}, "when-hours-0-from_minute"),
        ({"when-dates-0-use": "on", "when-dates-0-from_on": "2026-02-30"}, "when-dates-0-from_on"),
        ({"when-weekday-0-use": "on"}, "when-weekday-0-weekdays"),
        ({"when-weekday-0-use": "on", "when-weekday-0-weekdays": ["9"]}, "when-weekday-0-weekdays"),
        ({"when-nth_visit-0-use": "on", "when-nth_visit-0-every": "1"}, "when-nth_visit-0-every"),
        ({"name": ""}, "name"),
        ({"group": "a\tb", "then-fixed-0-units": "1"}, "group"),
    ],
)
def test_problem_stands_at_its_field_and_nothing_is_saved(
    desk: Client, shop: Shop, form: dict[str, object], field: str
) -> None:
    answer = desk.post(reverse("office:rule_add", args=[shop.program.pk]), {**ONE_STAMP, "save": "1", **form})
    assert answer.status_code == 422
    rule_form: RuleForm = answer.context["form"]
    parts = [rule_form.head, *rule_form.conditions, *rule_form.effects]
    wrong = [part.add_prefix(name) for part in parts for name in part.errors]
    assert field in wrong
    assert f"{rule_form.head[field].auto_id if field in rule_form.head.fields else 'id_' + field}_error" in (
        answer.content.decode()
    )
    assert Rule.objects.for_merchant(shop.merchant).count() == 1


def test_rule_without_an_effect_is_refused_with_a_sentence(desk: Client, shop: Shop) -> None:
    answer = desk.post(reverse("office:rule_add", args=[shop.program.pk]), {"name": "Leer", "save": "1"})
    assert answer.status_code == 422
    assert answer.context["form"].head.non_field_errors()


def test_conditions_that_never_hold_together_are_refused(desk: Client, shop: Shop) -> None:
    form = {**ONE_STAMP, "when-first_visit-0-use": "on", "when-nth_visit-0-use": "on", "when-nth_visit-0-every": "5"}
    assert add(desk, shop, {**form, "save": "1"}) == 422


def test_entry_with_two_ends_in_the_wrong_order_says_so_beside_it(desk: Client, shop: Shop) -> None:
    amounts = {"when-amount-0-use": "on", "when-amount-0-minimum_cents": "9", "when-amount-0-maximum_cents": "5"}
    answer = desk.post(reverse("office:rule_add", args=[shop.program.pk]), {**ONE_STAMP, **amounts, "save": "1"})
    form: RuleForm = answer.context["form"]
    assert [part.entry.kind for part in form.conditions if part.non_field_errors()] == ["amount"]


def test_multiplier_without_anything_to_multiply_is_refused(desk: Client, merchant: Merchant, shop: Shop) -> None:
    Rule.objects.for_merchant(merchant).filter(pk=shop.rule.pk).update(ends_at=timezone.now())
    form = {"name": "Doppelt", "then-multiplier-0-use": "on", "then-multiplier-0-percent": "200", "save": "1"}
    assert add(desk, shop, form) == 422
    assert add(desk, shop, {**form, "group": "base", "then-multiplier-0-use": "", **ONE_STAMP}) == 302
    assert add(desk, shop, form) == 302


def test_group_that_disagrees_about_stacking_is_refused_at_the_field(desk: Client, shop: Shop) -> None:
    answer = desk.post(
        reverse("office:rule_add", args=[shop.program.pk]), {**ONE_STAMP, "stacking": "best", "save": "1"}
    )
    assert answer.status_code == 422
    assert "stacking" in answer.context["form"].head.errors


def test_editing_writes_the_next_version_and_ends_the_old_one(desk: Client, shop: Shop) -> None:
    address = reverse("office:rule_edit", args=[shop.rule.pk])
    content = desk.get(address).content.decode()
    assert 'value="3"' in content
    form = {"name": "EigenRegel", "then-fixed-0-use": "on", "then-fixed-0-units": "1", "save": "1"}
    assert desk.post(address, form).status_code == 302

    old, new = Rule.objects.for_merchant(shop.merchant).order_by("version")
    assert (old.version, old.definition["then"], old.ends_at) == (1, [{"kind": "fixed", "units": 3}], new.starts_at)
    assert (new.version, new.key, new.definition["then"]) == (2, old.key, [{"kind": "fixed", "units": 1}])
    assert stamps_of_a_sale(shop, "after") == 1
    entry = AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0]
    assert entry.old["definition"]["then"] == [{"kind": "fixed", "units": 3}]
    assert desk.get(address).status_code == 404


def test_editing_what_somebody_else_changed_meanwhile_saves_nothing(desk: Client, shop: Shop) -> None:
    form = {"name": "EigenRegel", "then-fixed-0-use": "on", "then-fixed-0-units": "7", "save": "1"}
    stale = Rule.objects.for_merchant(shop.merchant).get()
    save_rule(
        program=shop.program,
        name="EigenRegel",
        definition={"then": [{"kind": "fixed", "units": 5}]},
        at=timezone.now(),
        rule=stale,
    )
    # The page was opened before: its version is open as far as the form knows.
    Rule.objects.for_merchant(shop.merchant).filter(version=2).update(ends_at=timezone.now())
    Rule.objects.for_merchant(shop.merchant).filter(version=1).update(ends_at=None)
    assert desk.post(reverse("office:rule_edit", args=[stale.pk]), form).status_code == 302
    assert Rule.objects.for_merchant(shop.merchant).count() == 2


def test_rule_with_one_kind_twice_is_edited_without_losing_one(desk: Client, shop: Shop) -> None:
    definition = {
        "when": [
            {"kind": "dates", "from_on": "2026-01-01"},
            {"kind": "dates", "to_on": "2026-12-31"},
        ],
        "then": [{"kind": "fixed", "units": 1}],
    }
    rule = save_rule(program=shop.program, name="Zwei", definition=definition, at=timezone.now())
    page = desk.get(reverse("office:rule_edit", args=[rule.pk]))
    form: RuleForm = page.context["form"]
    data: dict[str, object] = {"name": "Zwei", "save": "1"}
    for part in (*form.conditions, *form.effects):
        data |= {part.add_prefix(name): value for name, value in part.initial.items() if value}
    assert desk.post(reverse("office:rule_edit", args=[rule.pk]), data).status_code == 302
    newest = Rule.objects.for_merchant(shop.merchant).get(name="Zwei", version=2)
    assert newest.definition == rule.definition


def test_ending_a_rule_stops_it_and_is_written_down(desk: Client, shop: Shop) -> None:
    address = reverse("office:rule_end", args=[shop.rule.pk])
    assert_clean(desk.get(address))
    assert stamps_of_a_sale(shop, "before") == 3
    assert desk.post(address).status_code == 302
    assert stamps_of_a_sale(shop, "after") == 0
    assert AuditEntry.objects.for_merchant(shop.merchant).order_by("-id")[0].action == "rule.ended"
    assert desk.post(address).status_code == 404


def test_program_page_and_list_say_the_rules_in_words(desk: Client, shop: Shop) -> None:
    page = desk.get(reverse("office:rewards_program_change", args=[shop.program.pk]))
    assert [line.text for line in page.context["rule_lines"]] == ["3 Stempel je Besuch"]
    assert "3 Stempel je Besuch" in text_of(page)
    assert "3 Stempel je Besuch" in text_of(desk.get(reverse("office:rewards_rule_changelist")))


def test_list_of_rules_needs_as_many_queries_for_three_as_for_one(desk: Client, shop: Shop) -> None:
    address = reverse("office:rewards_rule_changelist")
    with CaptureQueriesContext(
        connection,
    ) as one:
        desk.get(address)
    for number in range(2):
        save_rule(
            program=shop.program,
            name=f"Regel {number}",
            definition={
                "when": [{"kind": "store", "stores": [str(shop.store.public_id)]}],
                "then": [{"kind": "fixed", "units": 1}],
            },
            at=timezone.now(),
        )
    with CaptureQueriesContext(connection) as three:
        desk.get(address)
    assert len(three) == len(one)


@pytest.mark.parametrize(
    ("kind", "typed", "raw"),
    [
        (ParameterType.INTEGER, "12", 12),
        (ParameterType.INTEGER, "-3", -3),
        (ParameterType.INTEGER, "1.5", "1.5"),
        (ParameterType.INTEGER, "", None),
        (ParameterType.CENTS, "5", 500),
        (ParameterType.CENTS, "5,5", 550),
        (ParameterType.CENTS, "5.50 €", 550),
        (ParameterType.CENTS, "1.234,50", 123_450),
        (ParameterType.CENTS, "1.234", 123_400),
        (ParameterType.CENTS, "-5", "-5"),
        (ParameterType.CENTS, "1,234", "1,234"),
        (ParameterType.MINUTE, "7:30", 450),
        (ParameterType.MINUTE, "24:00", 1440),
        (ParameterType.MINUTE, "7", "7"),
        (ParameterType.DATE, "2026-11-24", "2026-11-24"),
        (ParameterType.BOOLEAN, False, False),
        (ParameterType.TEXTS, "Brot\n\n Kuchen ", ["Brot", "Kuchen"]),
    ],
)
def test_typed_values_are_read_as_the_engines_json(kind: ParameterType, typed: object, raw: object) -> None:
    assert to_raw(ParameterSpec("parameter", kind, required=False), typed) == raw


def test_every_parameter_of_the_vocabulary_survives_the_way_into_a_field_and_back() -> None:
    samples = {
        ParameterType.INTEGER: 3,
        ParameterType.PERCENT: 150,
        ParameterType.CENTS: 123_405,
        ParameterType.MINUTE: 1439,
        ParameterType.BOOLEAN: True,
        ParameterType.DATE: "2026-11-24",
        ParameterType.TEXTS: ["Brot", "Kuchen"],
    }
    for entry in (*CONDITIONS.values(), *EFFECTS.values()):
        for spec in entry.parameters:
            value = samples.get(spec.type, list(spec.choices))
            field = field_for(spec, language="de", stores={"Brot": "Brot", "Kuchen": "Kuchen"})
            assert to_raw(spec, field.clean(to_initial(spec, value))) == value, spec


def test_program_of_points_is_written_with_its_own_words(desk: Client, merchant: Merchant) -> None:
    program = make_program(merchant)
    page = desk.get(reverse("office:rule_add", args=[program.pk]))
    assert_clean(page)
    assert page.context["program"] == program
