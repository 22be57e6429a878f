"""The door of the places room for checks before a run: the tract layer, the Census and the cities."""

from tasks.places.census import examined, read_census, read_city_tracts
from tasks.places.census_cities import CityLists, read_city_lists
from tasks.places.city_places import lists_of_places
from tasks.places.coordinates import Bounds
from tasks.places.folder import CensusFolder, Needed, sort_folder
from tasks.places.layer import check_layer, find_layer, find_places
from tasks.places.layer import recognised as words_of_layer

__all__ = [
    "Bounds",
    "CensusFolder",
    "CityLists",
    "Needed",
    "check_layer",
    "examined",
    "find_layer",
    "find_places",
    "lists_of_places",
    "read_census",
    "read_city_lists",
    "read_city_tracts",
    "sort_folder",
    "words_of_layer",
]
