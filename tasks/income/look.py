"""The door of the income room for what needs no server: the sizes of families of tests, and its words."""

from tasks.income.words import details
from tasks.statistics.families import family_of_crimes

__all__ = ["details", "family_of_crimes"]
