"""Tests of the till and partner API."""
