"""The door of the layers for checks before a run."""

from tasks.layers.coordinates import Bounds
from tasks.layers.layer import check_layer, find_layer, find_places
from tasks.layers.layer import recognised as words_of_layer

__all__ = ["Bounds", "check_layer", "find_layer", "find_places", "words_of_layer"]
