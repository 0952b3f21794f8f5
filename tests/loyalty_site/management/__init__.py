"""Tests of the management commands and what they are made of."""
