"""The door of the income room for what needs no server: the sizes of families of tests."""

from tasks.statistics.families import family_of_crimes

__all__ = ["family_of_crimes"]
