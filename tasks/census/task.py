"""The step of the Census: what is computed of the boundaries of places."""

from __future__ import annotations

from tasks.census.city_shares import shares_of_lists
from tasks.step import Step

find_shares = Step("find out how much of each tract is in its city", shares_of_lists)
