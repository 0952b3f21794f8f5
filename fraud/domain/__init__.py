"""Deciding on an event."""
