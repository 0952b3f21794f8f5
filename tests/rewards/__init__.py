"""Tests of programs, rules, ledger and rewards."""
