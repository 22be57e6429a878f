"""Places: the tract layer, the Census, the lists of cities, and the tract that each point is in."""
