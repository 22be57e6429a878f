"""Every file that a person hands in is read here: small tables, large tables, their kind and their hash."""
