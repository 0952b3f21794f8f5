"""Decisions from facts; imports only members."""
