"""What readers do not see: numbers, addresses and plates in texts (method 5.10)."""
