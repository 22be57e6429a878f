"""The sample: who is drawn, who reads it, and whether it is like all alerts (method 5.2 to 5.4 and 5.8)."""
