"""The steps of the places: points in their tracts."""

from __future__ import annotations

from tasks.places.locate import locate
from tasks.step import Step

locate_posts = Step("put posts into tracts", locate, "batches")
locate_crimes = Step("put crimes into tracts", locate, "batches")
