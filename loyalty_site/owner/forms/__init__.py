"""Forms of the office; they read what was typed and hold no rules of the domain."""
