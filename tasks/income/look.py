"""The door of the income room for what needs no server: the threshold of its tests."""

from tasks.statistics.families import bonferroni

__all__ = ["bonferroni"]
