"""What the engine's tests share: rules and facts by hand, and hypothesis strategies made from the vocabulary.

The strategies know nothing but `ParameterSpec`: that they yield readable definitions proves that the vocabulary
says enough to draw forms and write schemas from.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from rewards.engine.facts import CHANNELS, Item, SaleFacts
from rewards.engine.parameters import Entry, ParameterSpec, ParameterType
from rewards.engine.rules import InvalidRule, Rule, Stacking, parse_rule
from rewards.engine.vocabulary import CONDITIONS, EFFECTS

TUESDAY = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
WORDS = st.text("abcäöü -", min_size=1, max_size=8).filter(str.strip)

# Any below: definitions are JSON, and hypothesis strategies of mixed JSON have no narrower type.
Json = Any


def entry(kind: str, **parameters: Json) -> dict[str, Json]:
    """Return one condition or effect as a definition writes it."""
    return {"kind": kind, **parameters}


def make_rule(
    *then: Mapping[str, Json],
    when: tuple[Mapping[str, Json], ...] = (),
    key: str = "rule",
    program: str = "stamps",
    position: int = 0,
    group: str = "base",
    stacking: str = "all",
) -> Rule:
    """Parse a rule from its parts; it is named after its key."""
    definition = {"when": list(when), "then": list(then), "group": group, "stacking": stacking}
    return parse_rule(definition=definition, key=key, version=1, program=program, name=f"Rule {key}", position=position)


def make_facts(
    amount_cents: int | None = None,
    *,
    local_time: datetime = TUESDAY,
    channel: str = "counter",
    store: str = "mitte",
    items: tuple[Item, ...] = (),
    level: int = 0,
    visits: int = 0,
    carry: Mapping[str, int] | None = None,
) -> SaleFacts:
    """Return the facts of a sale on Tuesday, 24 November 2026, 8:05 in the store "mitte"."""
    return SaleFacts(local_time, channel, store, amount_cents, items, level, visits, carry or {})


def values(spec: ParameterSpec) -> st.SearchStrategy[Json]:
    """Return a strategy of values that `spec` promises to accept."""
    match spec.type:
        case ParameterType.BOOLEAN:
            return st.booleans()
        case ParameterType.DATE:
            return st.dates().map(lambda day: day.isoformat())
        case ParameterType.TEXTS:
            return st.lists(WORDS, min_size=1, max_size=4)
        case ParameterType.CHOICES:
            return st.lists(st.sampled_from([*spec.choices]), min_size=1, max_size=9)
        case _:
            return st.integers(spec.minimum, spec.maximum)


def entries(kind: str, cls: type[Entry]) -> st.SearchStrategy[dict[str, Json]]:
    """Return a strategy of JSON objects for one kind."""
    required = {spec.name: values(spec) for spec in cls.parameters if spec.required}
    optional = {spec.name: st.none() | values(spec) for spec in cls.parameters if not spec.required}
    return st.fixed_dictionaries({"kind": st.just(kind), **required}, optional=optional)


any_condition = st.one_of([entries(kind, cls) for kind, cls in CONDITIONS.items()])
any_effect = st.one_of([entries(kind, cls) for kind, cls in EFFECTS.items()])
any_definition = st.fixed_dictionaries(
    {"then": st.lists(any_effect, min_size=1, max_size=2)},
    optional={
        "when": st.none() | st.lists(any_condition, max_size=2),
        "group": st.sampled_from(["base", "extra"]),
        "stacking": st.sampled_from([stacking.value for stacking in Stacking]),
    },
)


def _parsed(definition: Json, program: str, position: int) -> Rule | None:
    try:
        return parse_rule(definition=definition, key="rule", version=1, program=program, name="Rule", position=position)
    except InvalidRule:
        return None


maybe_rule = st.builds(_parsed, any_definition, st.sampled_from(["points", "stamps"]), st.integers(0, 3))
any_rule: st.SearchStrategy[Rule] = maybe_rule.flatmap(lambda rule: st.just(rule) if rule else st.nothing())
any_item = st.builds(
    Item,
    sku=st.sampled_from(["a", "b"]),
    category=st.sampled_from(["bread", "drinks"]),
    quantity=st.integers(1, 20),
    amount_cents=st.integers(-1_000, 100_000),
)
any_facts = st.builds(
    SaleFacts,
    local_time=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds the zone
    channel=st.sampled_from(CHANNELS),
    store=st.sampled_from(["a", "b", "mitte"]),
    amount_cents=st.none() | st.integers(0, 1_000_000),
    items=st.lists(any_item, max_size=3).map(tuple),
    level=st.integers(0, 3),
    visits=st.integers(0, 30),
    carry=st.dictionaries(st.sampled_from([f"rule{index}" for index in range(6)]), st.integers(-50_000, 50_000)),
)


def one_week() -> list[datetime]:
    """Return eight in the morning of Monday, 23 November 2026, and of the six days after."""
    return [TUESDAY + timedelta(days=day) for day in range(-1, 6)]
