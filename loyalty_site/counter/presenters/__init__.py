"""Turns what the domain says into what the counter's templates show: plain, frozen, translated, without queries.

One file per part of a screen; templates/counter/README.md names the fields. Nothing here decides anything.
"""
