"""The steps of the income: what is found of cities and of crimes."""

from __future__ import annotations

from tasks.income.tabulate import examine_crimes, examine_posts
from tasks.step import Step

test_cities = Step("test the cities", examine_posts, "cities")
test_crimes = Step("test the crimes", examine_crimes, "batches")
