"""The tracts: which of a city's list are used, why the others are not, and whether files are of one year."""
