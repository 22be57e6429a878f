"""Posts: read, each counted once, and put into tracts."""
