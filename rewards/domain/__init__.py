"""What changes balances; ledger.py is the only writer."""
