"""Crime records of cities: read, counted once, and counted by type and tract."""
