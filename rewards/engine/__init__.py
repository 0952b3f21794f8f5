"""The rule engine: what a sale earns, worked out from data alone.

Reading order: facts (what is known about one sale), parameters (how an entry of the vocabulary describes
itself), conditions and effects (the vocabulary), vocabulary (both as data), rules (a definition read and
checked), evaluate (rules and facts in, grants and explanations out).
Promises: no framework, no database, no clock, no random number and no float in here; the same rules and the
same facts always yield the same answer. A new kind of condition or effect is one class in conditions.py or
effects.py and its sentences in rewards/wording; forms, schema and previews follow from its parameters.
"""
