"""The step of the arrivals."""

from __future__ import annotations

from tasks.arrivals.look import look_at_records
from tasks.step import Step

look = Step("look at the records", look_at_records)
