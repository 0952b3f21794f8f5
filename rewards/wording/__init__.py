"""Wording: rules, reasons and problems in plain German and English.

The engine speaks in codes and figures; here they become sentences, in the language asked for and not in that of
the request, so that a booking can be explained in both. No sentence addresses anybody: the same words stand at
the counter, in the portal and in an answer of the API.
Reading order: figures (sums, times, lists), labels (names of kinds and parameters), reasons, problems, preview.
It looks nothing up: names of stores and units are handed in.
"""

from rewards.wording.labels import choice_label, kind_label, parameter_label
from rewards.wording.preview import preview
from rewards.wording.problems import problem_sentence
from rewards.wording.reasons import sentence

__all__ = ["choice_label", "kind_label", "parameter_label", "preview", "problem_sentence", "sentence"]
