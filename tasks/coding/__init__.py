"""People read a sample of the alerts: draw it, hand it out, take the answers back, count them (method 5)."""
