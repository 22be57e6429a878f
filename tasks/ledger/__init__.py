"""The ledger: what entered, where it went, and whether it adds up. The door is :mod:`tasks.ledger.task`."""
