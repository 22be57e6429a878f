"""People: who a spelling of an address means, and which spellings are one person (method 4.7 and 4.8)."""
