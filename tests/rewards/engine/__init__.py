"""Tests of the rule engine; none of them needs Django."""
