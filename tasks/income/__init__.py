"""Income: do richer tracts have more posts, or crimes, per resident?"""
