"""The ledger: accounts, what must add up in them, and the table. What an area counts is in its `ledger.py`."""
