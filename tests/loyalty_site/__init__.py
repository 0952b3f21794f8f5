"""Tests of everything that faces outward."""
