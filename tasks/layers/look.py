"""The door of the layers for checks before a run."""

from tasks.layers.coordinates import Bounds
from tasks.layers.files import hash_of, hash_of_all
from tasks.layers.layer import Source, check_layer, extent, find_layer, find_places, open_layers
from tasks.layers.tract_ids import kept_ids, stated_year, tract_ids

__all__ = [
    "Bounds",
    "Source",
    "check_layer",
    "extent",
    "find_layer",
    "find_places",
    "hash_of",
    "hash_of_all",
    "kept_ids",
    "open_layers",
    "stated_year",
    "tract_ids",
]
