"""The house's own rules, kept by tests."""
