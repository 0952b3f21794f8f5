"""Reads of people, tenants and cards."""
