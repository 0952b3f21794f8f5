"""Lists and forms of the office, by subject; importing this package registers them."""

from loyalty_site.owner.admin import cards, fraud, ledger, log, people, programs, stores, team

__all__ = ["cards", "fraud", "ledger", "log", "people", "programs", "stores", "team"]
