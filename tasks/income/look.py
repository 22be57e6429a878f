"""The door of the income room for what needs no server: the threshold of its tests, and its words."""

from tasks.income.words import verdict
from tasks.statistics.families import bonferroni

__all__ = ["bonferroni", "verdict"]
