"""The door of the places room for checks before a run: the tract layer, the Census and the cities."""

from tasks.places.census import examined, read_census, read_city_tracts
from tasks.places.census_cities import read_city_lists
from tasks.places.coordinates import Bounds
from tasks.places.folder import CensusFolder, Needed, sort_folder
from tasks.places.layer import check_layer, find_layer
from tasks.places.layer import recognised as words_of_layer

__all__ = [
    "Bounds",
    "CensusFolder",
    "Needed",
    "check_layer",
    "examined",
    "find_layer",
    "read_census",
    "read_city_lists",
    "read_city_tracts",
    "sort_folder",
    "words_of_layer",
]
