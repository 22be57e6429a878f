"""The selection room's door for what needs no server: its input, and the file that is made of downloads."""

from tasks.selection.atlas import read_atlas
from tasks.selection.cities import check_cities
from tasks.selection.gentrification import read_gentrification
from tasks.selection.ltdb import (
    FILE_NAME,
    Built,
    build_gentrification,
    read_inputs,
    write_gentrification_file,
    year_warning,
)
from tasks.selection.ltdb_sources import FOLDER, NEEDS, Sources, look

__all__ = [
    "FILE_NAME",
    "FOLDER",
    "NEEDS",
    "Built",
    "Sources",
    "build_gentrification",
    "check_cities",
    "look",
    "read_atlas",
    "read_gentrification",
    "read_inputs",
    "write_gentrification_file",
    "year_warning",
]
