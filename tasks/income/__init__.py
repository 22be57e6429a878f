"""Income: do richer tracts have more posts, or crimes, for their people?"""
