"""What every run needs, whatever its parts: the look before it, workers, progress, locks, publishing."""
