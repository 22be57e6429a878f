"""Crime records of cities: read, each counted once, and counted by type and tract."""
