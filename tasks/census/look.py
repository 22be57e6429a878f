"""The door of the Census for checks before a run: what each file is, incomes, the lists of cities."""

from tasks.census.city_lists import CityLists, read_city_lists
from tasks.census.city_places import lists_of_places
from tasks.census.folder import CensusFolder, Needed, sort_folder
from tasks.census.read import examined, read_census, read_city_tracts

__all__ = [
    "CensusFolder",
    "CityLists",
    "Needed",
    "examined",
    "lists_of_places",
    "read_census",
    "read_city_lists",
    "read_city_tracts",
    "sort_folder",
]
