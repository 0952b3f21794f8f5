"""Tests of what the counter's templates are given."""
