"""The ledger: accounts, what must add up in them, and the table; an area's counts are in its `ledger.py`."""
