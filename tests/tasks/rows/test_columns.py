"""Wanted columns are found whatever the spelling, and never guessed."""

from __future__ import annotations

import pytest

from data.errors import InputError
from tasks.rows.columns import match

WANTED = {"id": ("id",), "latitude": ("latitude", "lat")}


@pytest.mark.parametrize(
    ("found", "latitude"),
    [
        (["id", "latitude"], "latitude"),
        (["\ufeffID", " LAT "], " LAT "),
        (['"id"', "Lat_"], "Lat_"),
        (["id", "Id", "latitude", "LATITUDE"], "latitude"),
        (["id", "other", "other", "", "", "Latitude"], "Latitude"),
    ],
)
def test_a_column_is_found_whatever_its_spelling(found: list[str], latitude: str):
    assert match("a.csv", found, WANTED) == {"id": found[0], "latitude": latitude}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            ["id", "latitud"],
            "no column latitude; did you mean latitud? rename the column that holds it (there are",
        ),
        (["id", "q"], "no column latitude; rename the column that holds it (there are id, q)"),
        (["id", "latitude", "lat"], "two columns could be latitude: latitude and lat; remove or rename one"),
        (["id", "LAT", "Lat"], "two columns could be latitude: LAT and Lat; remove or rename one"),
        (["id", "id", "lat"], "two columns are called id; remove or rename one"),
        (["id", "la\x1bt\nitude"], r"no column latitude; did you mean la\x1bt\nitude? rename"),
        (["id"] + ["x" * 1000] * 10_000, "(there are id, " + "x" * 60 + "…, "),
    ],
)
def test_none_or_two_are_one_line_with_a_guess(found: list[str], said: str):
    with pytest.raises(InputError) as error:
        match("a.csv", found, WANTED)
    assert str(error.value).startswith("a.csv: ")
    assert said in str(error.value)
    assert len(str(error.value)) < 5000
    assert str(error.value).isprintable()
