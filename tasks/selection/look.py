"""The door of the selection room for what needs no server: its input, and the file built from downloads."""

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
from tasks.selection.ltdb_sources import FOLDER, NEEDS, Downloads, find_downloads

__all__ = [
    "FILE_NAME",
    "FOLDER",
    "NEEDS",
    "Built",
    "Downloads",
    "build_gentrification",
    "check_cities",
    "find_downloads",
    "read_atlas",
    "read_gentrification",
    "read_inputs",
    "write_gentrification_file",
    "year_warning",
]
