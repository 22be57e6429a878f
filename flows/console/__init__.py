"""The command line: what `nwatch` takes, does and prints."""
