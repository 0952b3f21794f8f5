"""Tests of the counter: every job by its pages, with what it leaves in the ledger."""
