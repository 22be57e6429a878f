"""Whether a folder's results are what its inputs give, and what changed between two runs."""
