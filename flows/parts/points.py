"""What the parts `posts` and `crime` share: their input, and how they report what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flows.run.inputs import Inputs
from flows.run.part import Found, files_by_hash

if TYPE_CHECKING:
    from tasks.income.results import Findings
    from tasks.ledger.results import PartClosed
    from tasks.places.look import Bounds
    from tasks.places.results import Census, Layer
    from tasks.rows.results import FileOfRows

CENSUS: Final = ("census/tracts*", "census/acs.*", "census/city_tracts.*")
"""The files of the Census that both need."""

WORKER_MODULES: Final = ("tasks.places.locate", "tasks.income.tabulate")
"""What both need on workers."""

Files = tuple[tuple[str, Path], ...]
"""Path inside the investigation folder, and where to open it; in order of the first."""


@dataclass(frozen=True)
class PointsFound(Found):
    """What such a part found.

    Attributes:
        files: The files of posts or crimes.
        layer: The tracts.
        census: The Census and the lists of the cities.
        findings: What the tests say.
        closed: The part's rows of the ledger.
    """

    files: tuple[FileOfRows, ...]
    layer: Layer
    census: Census
    findings: Findings
    closed: PartClosed


def layer(given: Inputs) -> tuple[Path, ...]:
    """The files of the tract layer."""
    from tasks.places.look import find_layer

    return find_layer(given.investigation.layer_files())


def bounds(given: Inputs) -> Bounds | None:
    """The tract layer's extent in degrees; None where it states none."""
    from tasks.places.look import check_layer

    return check_layer(given.once(layer))


def census(given: Inputs) -> Census:
    """The Census, and the lists of all cities."""
    from tasks.places.look import read_census

    place = given.investigation.census_file
    return read_census(place("acs"), place("city_tracts"), include=None)


def census_of_examined(given: Inputs) -> Census:
    """The same Census, and the lists of the examined cities alone."""
    from tasks.places.look import examined

    label, _ = given.investigation.census_file("city_tracts")
    return examined(given.once(census), given.investigation.config.cities.include, label)


def cities(census: Census) -> set[str]:
    """The names of the cities that a Census lists."""
    return set(census.cities["city"].unique().to_pylist())


def origin(found: PointsFound) -> dict[str, Any]:
    """Large files by hash, a file given twice two times; the tract layer, and the tables of the Census."""
    return {
        "files": sorted(files_by_hash(found.files), key=lambda file: str(file["sha256"])),
        "tracts": files_by_hash([found.layer.input])[0],
        "census": files_by_hash(found.census.files),
    }


def r_and_p(row: Mapping[str, Any]) -> tuple[str, str]:
    """Correlation and p of a row of the tests; empty where not testable."""
    if row["pearson_r"] is None:
        return "", ""
    return f"{row['pearson_r']:+.2f}", f"{row['pearson_p']:.2g}"
