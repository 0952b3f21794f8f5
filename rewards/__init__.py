"""The program and its money-like memory: rules, ledger, rewards. Imports members and fraud, never a face."""
