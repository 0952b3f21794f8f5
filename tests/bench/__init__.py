"""Tests of the bench: its arithmetic, verdicts and text, and its client against a server of a few lines."""
