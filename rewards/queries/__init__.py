"""Reads of programs, balances and bookings."""
