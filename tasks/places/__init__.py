"""Places: the tract layer, the Census, the lists of cities, and which tract a point lies in."""
