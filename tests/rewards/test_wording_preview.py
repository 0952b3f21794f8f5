"""The preview of each effect and condition, alone and put together, as the owner reads it."""

import pytest

from rewards.wording import preview
from tests.rewards.engine.definitions import Json, entry, make_rule


def shown(*then: dict[str, Json], when: tuple[dict[str, Json], ...] = (), stacking: str = "all") -> str:
    rule = make_rule(*then, when=when, stacking=stacking)
    return preview(rule, unit_singular="stamp", unit_plural="stamps", language="en")


STAMP = entry("fixed", units=1)


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (STAMP, "1 stamp per visit"),
        (
            entry("per_amount", units=1, per_cents=100, carry=True),
            "1 stamp per €1, remainders count towards the next purchase",
        ),
        (
            entry("per_amount", units=2, per_cents=250, carry=False, maximum_units=20),
            "2 stamps per full €2.50, remainders lapse, at most 20 stamps per purchase",
        ),
        (entry("per_item", units=1), "1 stamp per item"),
        (entry("per_item", units=1, categories=["cakes", "bread"]), "1 stamp per item of bread or cakes"),
        (entry("multiplier", percent=150), "stamps × 1.5, rounded down"),
        (entry("multiplier", percent=1000), "stamps × 10, rounded down"),
    ],
)
def test_preview_says_what_an_effect_grants(then: dict[str, Json], text: str) -> None:
    assert shown(then) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (entry("amount", minimum_cents=500), "for purchases of €5 or more"),
        (entry("amount", maximum_cents=550), "for purchases of up to €5.50"),
        (entry("amount", minimum_cents=500, maximum_cents=1000), "for purchases of €5 to €10"),
        (entry("store", stores=["mitte"]), "in mitte"),
        (entry("weekday", weekdays=[0, 1]), "on Monday or Tuesday"),
        (entry("hours", from_minute=420, to_minute=600), "from 7:00 to 10:00"),
        (entry("dates", from_on="2026-11-24"), "from 24 November 2026 on"),
        (entry("dates", to_on="2026-11-24"), "until 24 November 2026"),
        (
            entry("dates", from_on="2026-11-24", to_on="2026-12-01"),
            "between 24 November 2026 and 1 December 2026",
        ),
        (entry("channel", channels=["web"]), "booked in the online shop"),
        (entry("level", minimum=2), "with a card confirmed to level 2 of 3"),
    ],
)
def test_preview_says_when_a_rule_applies(when: dict[str, Json], text: str) -> None:
    assert shown(STAMP, when=(when,)) == f"1 stamp per visit, {text}"


def test_preview_names_the_occasion_instead_of_every_visit() -> None:
    assert shown(STAMP, when=(entry("first_visit"),)) == "1 stamp on the first visit"
    assert shown(entry("per_item", units=1), when=(entry("nth_visit", every=10),)) == (
        "1 stamp per item, once every 10 visits"
    )


def test_preview_joins_effects_and_says_how_rules_stack() -> None:
    assert shown(STAMP, entry("per_item", units=2), stacking="best") == (
        "1 stamp per visit, plus 2 stamps per item, unless another rule of the group gives more"
    )
    assert shown(STAMP, stacking="first") == "1 stamp per visit, unless an earlier rule of the group fits"
