"""Posts: read, counted once, and put into tracts."""
