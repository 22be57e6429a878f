"""The steps of the places: tracts, and points in them."""

from __future__ import annotations

from tasks.places.locate import locate
from tasks.places.prepare import prepare_layer
from tasks.step import Step

prepare = Step("prepare the tracts", prepare_layer)
locate_posts = Step("put posts into tracts", locate, "batches")
locate_crimes = Step("put crimes into tracts", locate, "batches")
