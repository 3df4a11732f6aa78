"""The ledger: commands of operators, roll-up, verification."""
