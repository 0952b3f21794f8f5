"""Preview: a rule in plain language, as the owner reads it before it goes live.

"1 stamp per visit, for €5 or more, on Monday": first what it grants, then when, then how it stacks. Built from
phrases, one per kind of the vocabulary (a test compares), since no table could hold every combination. Rounding
and remainders are always said.
"""

from collections.abc import Mapping

from django.utils.translation import override, pgettext

from rewards.engine.condition import Condition
from rewards.engine.conditions import FirstVisit, NthVisit
from rewards.engine.effects import Fixed
from rewards.engine.rules import Rule, Stacking
from rewards.wording.figures import Names
from rewards.wording.phrases import phrase

#: Conditions that say which visit is meant; "per visit" would contradict them.
OCCASIONS = (FirstVisit, NthVisit)


def preview(
    rule: Rule,
    *,
    unit_singular: str,
    unit_plural: str,
    language: str,
    stores: Mapping[str, str] | None = None,
) -> str:
    """Return the rule in one line in `language`. stores: key to name, else the key is shown."""
    names = Names(unit_singular, unit_plural, stores or {})
    occasions: list[Condition] = [entry for entry in rule.conditions if isinstance(entry, OCCASIONS)]
    names_occasion = bool(occasions) and any(isinstance(effect, Fixed) for effect in rule.effects)
    with override(language):
        parts = [_effects(rule, occasions, names)]
        parts += [phrase(entry, names) for entry in rule.conditions if not (names_occasion and entry in occasions)]
        if rule.stacking is Stacking.BEST:
            parts.append(pgettext("rule", "unless another rule of the group gives more"))
        if rule.stacking is Stacking.FIRST:
            parts.append(pgettext("rule", "unless an earlier rule of the group fits"))
        return ", ".join(parts)


def _effects(rule: Rule, occasions: list[Condition], names: Names) -> str:
    """Say all that the rule grants; a fixed number right beside the visit that it is for."""
    phrases = [phrase(effect, names) for effect in rule.effects]
    for index, effect in enumerate(rule.effects):
        if isinstance(effect, Fixed):
            visits = [phrase(occasion, names) for occasion in occasions]
            per_visit = visits or [pgettext("rule", "per visit")]
            phrases[index] = " ".join([phrases[index], *per_visit])
    text, *more = phrases
    for other in more:
        text = pgettext("rule", "%(first)s, plus %(second)s") % {"first": text, "second": other}
    return text
