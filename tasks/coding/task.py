"""The steps of the sample that people read."""

from __future__ import annotations

from tasks.coding.tally import tally as count
from tasks.step import Step

tally = Step("tally the reviews", count)
