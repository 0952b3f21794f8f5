"""Made-up shops with months of history, for newcomers, screenshots and measuring. Never part of a real installation."""
