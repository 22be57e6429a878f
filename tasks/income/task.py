"""The steps of the income: what is found of cities and of crimes."""

from __future__ import annotations

from tasks.income.examine import examine, examine_crimes
from tasks.step import Step

test_cities = Step("test the cities", examine)
test_crimes = Step("test the crimes", examine_crimes)
