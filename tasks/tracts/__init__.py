"""Tracts: which of a city's tracts are examined, why the others are not, and whether files are of one year."""
