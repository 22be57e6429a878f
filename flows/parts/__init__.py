"""The parts of a run, one page each."""
