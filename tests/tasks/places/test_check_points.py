"""Files of points are checked before any work is done."""

from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.places.check_points import check_points
from tasks.rows.reader import Tidied, Wanted

COUNTRY = (-125.0, 24.0, -66.0, 50.0)


class Things:
    """How files of things are read."""

    wanted = Wanted(("y", "x"), ("y", "x"))
    schema = pa.schema([])
    id = None

    def tidied(self, block: pa.RecordBatch, label: str, before: int) -> Tidied:
        return Tidied(block)


def check(path: Path, text: str) -> None:
    path.write_text(text)
    check_points(
        [("things/a.csv", path)],
        Things(),
        COUNTRY,
        latitude="y",
        longitude="x",
        things="things",
        or_else=", or turn the map",
    )


def test_files_that_can_be_read_are_accepted(tmp_path: Path):
    check(tmp_path / "a.csv", "y,x\n34.1,-118.2\n")
    check(tmp_path / "a.csv", "y,x\n")


def test_columns_that_are_swapped_are_reported_with_both_fixes(tmp_path: Path):
    with pytest.raises(InputError) as raised:
        check(tmp_path / "a.csv", "y,x\n-118.2,34.1\n")
    assert str(raised.value) == (
        "things/a.csv: columns y and x are swapped (most things would lie in the tract layer the other way "
        "round); rename each to the other, or turn the map"
    )


def test_a_column_that_is_missing_is_reported(tmp_path: Path):
    with pytest.raises(InputError, match=r"things/a\.csv"):
        check(tmp_path / "a.csv", "y\n34.1\n")
