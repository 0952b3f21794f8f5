"""Proving that a card belongs to a reachable person (channels come with their own issue)."""
