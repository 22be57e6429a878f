"""The commands `nwatch sample`, `nwatch code` and `nwatch tally`."""
