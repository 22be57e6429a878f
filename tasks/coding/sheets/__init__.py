"""The forms in which alerts are handed out, and how they are read when they come back (method 5.5)."""
