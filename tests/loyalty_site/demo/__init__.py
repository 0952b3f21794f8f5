"""Tests of the made-up shops."""
