"""The form of a rule, generated from the engine's vocabulary: tick effects and conditions, fill in their fields.

Promises: a further condition or effect appears here without a change; every problem that the engine finds stands at
the field it is about; a stored rule that has one kind twice is shown twice, so nothing is lost by editing. Saves
nothing and decides nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty_site.owner.forms.rule_fields import field_for, to_initial, to_raw
from rewards.engine.parameters import Entry
from rewards.engine.problems import InvalidRule, Problem
from rewards.engine.rules import DEFAULT_GROUP, Rule, Stacking, parse_rule, problems_together
from rewards.engine.vocabulary import CONDITIONS, EFFECTS
from rewards.models import Program
from rewards.models import Rule as StoredRule
from rewards.wording.labels import choice_label, kind_label
from rewards.wording.problems import problem_sentence

NEW_KEY = "new"
_CONDITIONS, _EFFECTS = "when", "then"


class HeadForm(forms.Form):
    """What a rule is called and how it stands beside others."""

    name = forms.CharField(label=_("name"), max_length=80)
    position = forms.IntegerField(label=_("order"), min_value=0, max_value=32_767, initial=0, required=False)
    group = forms.CharField(label=_("group"), initial=DEFAULT_GROUP, required=False)
    stacking = forms.ChoiceField(label=_("within the group"), initial=Stacking.ALL.value, required=False)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:  # Any: Django's own signature
        super().__init__(*args, **kwargs)
        choices = [(stacking.value, choice_label(stacking.value, language=language)) for stacking in Stacking]
        self.fields["stacking"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField, see above


class EntryForm(forms.Form):
    """One condition or effect: whether it is used, and its parameters."""

    use = forms.BooleanField(required=False)

    def __init__(
        self,
        entry: type[Entry],
        *,
        prefix: str,
        data: Any,  # Any: a QueryDict or nothing
        stored: Mapping[str, object] | None,
        language: str,
        stores: Mapping[str, str],
    ) -> None:
        self.entry = entry
        given = stored or {}
        initial = {spec.name: to_initial(spec, given.get(spec.name)) for spec in entry.parameters}
        super().__init__(data, prefix=prefix, initial={**initial, "use": stored is not None})
        self.fields["use"].label = kind_label(entry.kind, language=language)
        for spec in entry.parameters:
            self.fields[spec.name] = field_for(spec, language=language, stores=stores)

    @property
    def is_used(self) -> bool:
        """Tell whether its box is ticked; call after `is_valid`."""
        return bool(self.cleaned_data.get("use"))

    def raw(self) -> dict[str, object]:
        """Return it as the engine's JSON, right or wrong; empty parameters are left out."""
        values = {spec.name: to_raw(spec, self.cleaned_data.get(spec.name)) for spec in self.entry.parameters}
        return {"kind": self.entry.kind, **{name: value for name, value in values.items() if value is not None}}

    def parameters(self) -> list[forms.BoundField]:
        """Return the fields beside the box."""
        return [self[spec.name] for spec in self.entry.parameters]


class RuleForm:
    """All parts of the form together. `rule` is the engine's reading of it once `is_valid` said yes."""

    def __init__(
        self,
        *,
        program: Program,
        stored: StoredRule | None,
        others: Sequence[Rule],
        stores: Mapping[str, str],
        language: str,
        data: Any = None,  # Any: a QueryDict or nothing
    ) -> None:
        self.program, self.stored, self.others, self.language = program, stored, others, language
        self.is_bound = data is not None
        self.rule: Rule | None = None
        definition: Mapping[str, Any] = stored.definition if stored else {}  # Any: JSON
        self.head = HeadForm(data, initial=_head_initial(stored), language=language)
        shared = {"data": data, "language": language, "stores": stores}
        self.conditions = _entries(CONDITIONS, definition.get(_CONDITIONS, []), _CONDITIONS, shared)
        self.effects = _entries(EFFECTS, definition.get(_EFFECTS, []), _EFFECTS, shared)

    def is_valid(self) -> bool:
        """Read everything; put each problem where it belongs."""
        parts = [self.head, *self.conditions, *self.effects]
        # All of them, so that every error shows at once.
        if not all([part.is_valid() for part in parts]):  # noqa: C419
            return False
        try:
            rule = self._parse()
        except InvalidRule as error:
            for problem in error.problems:
                self._show(problem)
            return False
        beside = [problem for problem in problems_together([*self.others, rule]) if problem.path == rule.key]
        for problem in beside:
            self._show(problem)
        self.rule = None if beside else rule
        return not beside

    def definition(self) -> dict[str, object]:
        """Return the definition as typed; call after the parts are valid."""
        head = self.head.cleaned_data
        return {
            _CONDITIONS: [part.raw() for part in self._used(self.conditions)],
            _EFFECTS: [part.raw() for part in self._used(self.effects)],
            "group": head["group"] or DEFAULT_GROUP,
            "stacking": head["stacking"] or Stacking.ALL.value,
        }

    @property
    def name(self) -> str:
        """The name as typed."""
        return str(self.head.cleaned_data["name"])

    @property
    def position(self) -> int:
        """The order as typed, 0 when empty."""
        return self.head.cleaned_data["position"] or 0

    def _parse(self) -> Rule:
        """Let the engine read it. Raises: InvalidRule."""
        return parse_rule(
            definition=self.definition(),
            key=str(self.stored.key) if self.stored else NEW_KEY,
            version=self.stored.version + 1 if self.stored else 1,
            program=str(self.program.public_id),
            name=self.name,
            position=self.position,
        )

    def _show(self, problem: Problem) -> None:
        """Put a problem's sentence at its field, its entry, or above the form."""
        sentence = problem_sentence(problem, language=self.language)
        part, *rest = problem.path.split(".")
        entries = {_CONDITIONS: self.conditions, _EFFECTS: self.effects}.get(part)
        if entries is not None and rest:
            form = self._used(entries)[int(rest[0])]
            field = rest[1] if len(rest) > 1 and rest[1] in form.fields else None
            form.add_error(field, sentence)
        elif part in self.head.fields:
            self.head.add_error(part, sentence)
        else:
            self.head.add_error("stacking" if problem.code == "stacking_mixed" else None, sentence)

    @staticmethod
    def _used(parts: Sequence[EntryForm]) -> list[EntryForm]:
        """Return the ticked ones in the order in which they are sent to the engine."""
        return [part for part in parts if part.is_used]


def _head_initial(stored: StoredRule | None) -> dict[str, object]:
    """Return what the head shows of a stored rule."""
    if stored is None:
        return {}
    return {
        "name": stored.name,
        "position": stored.position,
        "group": stored.definition.get("group", DEFAULT_GROUP),
        "stacking": stored.definition.get("stacking", Stacking.ALL.value),
    }


def _entries(
    kinds: Mapping[str, type[Entry]],
    stored: Sequence[Mapping[str, object]],
    part: str,
    shared: Mapping[str, Any],  # Any: the arguments all entries have in common
) -> list[EntryForm]:
    """Return one form per stored entry and one for each kind that is not stored, in the vocabulary's order."""
    forms_of_part = []
    for kind, entry in kinds.items():
        mine: list[Mapping[str, object] | None] = [given for given in stored if given.get("kind") == kind]
        for number, given in enumerate(mine or [None]):
            prefix = f"{part}-{kind}-{number}"
            forms_of_part.append(EntryForm(entry, prefix=prefix, stored=given, **shared))
    return forms_of_part
