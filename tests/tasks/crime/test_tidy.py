"""A block of crimes in its final form."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pytest

import tasks.crime.tidy
from data.errors import InputError
from data.settings import Crime, CrimeColumns
from tasks.crime.tidy import OTHER, CrimeReader

COLUMNS = CrimeColumns(date="when ", type=" what", latitude="y", longitude="x", id="no")


def reader(**given: object) -> CrimeReader:
    values = {"city": "Alder", "year": 2019, "types": ["ARSON", "SIMPLE  ASSAULT "], "columns": COLUMNS}
    return CrimeReader("alder", Crime(**(values | given)))  # type: ignore[arg-type]


def block(**given: list) -> pa.RecordBatch:
    columns = {
        "no": ["1", "2"],
        "when": ["1/1/2019", "12/31/2018"],
        "what": ["ARSON", "THEFT"],
        "y": [34.0, 0.0],
        "x": [-118.0, 0.0],
    } | given
    return pa.RecordBatch.from_pydict(columns)


def test_a_block_comes_out_in_its_final_form():
    tidied = reader().tidied(block(), "crime/alder/a.csv", 0)
    assert tidied.rows.schema == reader().schema
    assert tidied.rows.to_pylist() == [
        {"crime_id": "1", "of_year": True, "type": 0, "lon": -118.0, "lat": 34.0},
        {"crime_id": "2", "of_year": False, "type": OTHER, "lon": None, "lat": None},
    ]
    assert tidied.words == ("ARSON", "THEFT")


def test_the_columns_are_those_of_the_settings_without_blanks_around_them():
    wanted = reader().wanted
    assert wanted.names == ("no", "when", "what", "y", "x")
    assert wanted.degrees == ("y", "x")
    assert CrimeReader("la", Crime(city="A", year=2019, types=["B"])).wanted.names == (
        "DR_NO", "DATE OCC", "Crm Cd Desc", "LAT", "LON",
    )  # fmt: skip


def test_without_a_column_of_ids_there_are_none():
    nameless = reader(columns=COLUMNS.model_copy(update={"id": None}))
    assert nameless.id is None
    assert nameless.wanted.names == ("when", "what", "y", "x")
    tidied = nameless.tidied(block().drop_columns(["no"]), "a", 0)
    assert tidied.rows.schema == nameless.schema
    assert tidied.rows.column_names == ["of_year", "type", "lon", "lat"]


def test_types_match_when_white_space_is_collapsed_and_not_otherwise():
    what = ["SIMPLE ASSAULT", " simple assault", "\tSIMPLE \u00a0 ASSAULT", "SIMPLE ASSAULT.", None, "ARSON "]
    many = block(
        what=what, no=list("abcdef"), when=["1/1/2019"] * 6, y=[34.0] * 6, x=[-118.0] * 6
    )  # fmt: skip
    tidied = reader().tidied(many, "a", 0)
    assert tidied.rows.column("type").to_pylist() == [1, OTHER, 1, OTHER, OTHER, 0]
    assert tidied.words == ("SIMPLE ASSAULT", "ARSON", "simple assault", "SIMPLE ASSAULT.")


def test_of_a_column_that_holds_no_types_only_a_thousand_words_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tasks.crime.tidy, "_MOST_OTHERS", 3)
    what = [*map(str, range(50)), "ARSON"]
    many = block(what=what, no=what, when=["1/1/2019"] * 51, y=[34.0] * 51, x=[-118.0] * 51)
    assert reader().tidied(many, "a", 0).words == ("ARSON", "0", "1", "2")


def test_a_crime_without_a_date_is_of_no_year():
    assert reader().tidied(block(when=[None, " "]), "a", 0).rows.column("of_year").to_pylist() == [False] * 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"no": ["1", None]},
            "crime/alder/a.csv: column no, row 102: is empty; a crime without an id cannot be counted once; "
            "give it one, or leave out id in columns of [crime.alder] if no crime appears twice in the files",
        ),
        (
            {"when": ["1/1/2019", "29/7/2019"]},
            "crime/alder/a.csv: column when, row 102: '29/7/2019' is not a date; write month/day/year, as "
            "07/29/2019, or ISO 8601, as 2019-07-29, or say in [crime.alder] how dates are written, as "
            'date_format = "%d/%m/%Y"',
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_row_in_the_file(given: dict, said: str):
    with pytest.raises(InputError) as error:
        reader().tidied(block(**given), "crime/alder/a.csv", 100)
    assert str(error.value) == said


def test_a_date_that_does_not_fit_the_configured_format_is_reported():
    own = reader(date_format="%d/%m/%Y")
    fine = block(when=["29/7/2019", "7/1/2020"])
    assert own.tidied(fine, "a", 0).rows.column("of_year").to_pylist() == [True, False]
    with pytest.raises(
        InputError, match=r"row 2: '7/29/2019' is not a date in date_format of \[crime.alder\]"
    ):
        own.tidied(block(when=["29/7/2019", "7/29/2019"]), "a", 0)


def test_a_reader_goes_to_workers():
    assert pickle.loads(pickle.dumps(reader())) == reader()
