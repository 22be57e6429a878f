"""A block of crimes in its final form."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pyarrow as pa
import pytest

import tasks.crime.tidy
from data.errors import InputError
from data.settings import Crime
from tasks.crime.days import DateForm
from tasks.crime.plan import FilePlan
from tasks.crime.tidy import OTHER, CrimeReader
from tasks.rows.reader import Tidied


def reader(plan: FilePlan | None = None, **given: object) -> CrimeReader:
    values = {"city": "Alder", "year": 2019, "types": ["ARSON", "SIMPLE  ASSAULT "]}
    plan = plan or FilePlan("[crime.alder]", "when", "what", ("x", "y"), "no", True, DateForm("month first"))
    return CrimeReader("alder", Crime(**(values | given)), plan, plan.key is not None)  # type: ignore[arg-type]


def block(**given: list) -> pa.RecordBatch:
    columns = {
        "no": ["1", "2"],
        "when": ["1/1/2019", "12/31/2018"],
        "what": ["ARSON", "THEFT"],
        "y": [34.0, 0.0],
        "x": [-118.0, 0.0],
    } | given
    return pa.RecordBatch.from_pydict(columns)


def rows_of(tidied: Tidied) -> list[dict]:
    return tidied.rows.drop_columns(["content"]).to_pylist()


def test_a_block_comes_out_in_its_final_form():
    tidied = reader().tidied(block(), "crime/alder/a.csv", 0)
    assert tidied.rows.schema == reader().schema
    assert rows_of(tidied) == [
        {"crime_id": "1", "row": 1, "of_year": True, "type": 0, "lon": -118.0, "lat": 34.0},
        {"crime_id": "2", "row": 2, "of_year": False, "type": OTHER, "lon": None, "lat": None},
    ]
    assert tidied.words == ("ARSON", "THEFT")


def test_the_columns_are_those_of_the_file_each_once():
    wanted = reader().wanted
    assert wanted.names == ("no", "when", "what", "x", "y")
    assert not wanted.degrees


def test_without_a_column_of_ids_there_are_none():
    nameless = reader(replace(reader().plan, key=None))
    assert nameless.id is None
    assert nameless.wanted.names == ("when", "what", "x", "y")
    tidied = nameless.tidied(block().drop_columns(["no"]), "a", 0)
    assert tidied.rows.schema == nameless.schema
    assert tidied.rows.column_names == ["of_year", "type", "lon", "lat"]


def test_beside_files_with_ids_each_row_of_a_file_without_is_its_own():
    alone = CrimeReader("alder", reader().settings, replace(reader().plan, key=None), with_ids=True)
    ids = alone.tidied(block().drop_columns(["no"]), "a.csv", 7).rows.column("crime_id").to_pylist()
    assert ids == ["a.csv\0" + "7", "a.csv\0" + "8"]


def test_an_incident_without_a_number_is_one_of_its_own():
    own = reader(replace(reader().plan, is_row=False))
    ids = own.tidied(block(no=["1", None]), "a.csv", 0).rows.column("crime_id").to_pylist()
    assert ids == ["1", "a.csv\0" + "1"]


def contents(own: CrimeReader, **given: list) -> list[int]:
    return own.tidied(block(**given), "a", 0).rows.column("content").to_pylist()


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({}, True),
        ({"when": ["2019-03-04", "3/4/2019 11:00 PM"]}, True),
        ({"what": ["HIT  RUN", "HIT RUN "]}, True),
        ({"y": ["34", "34.0"]}, True),
        ({"x": [None, "0"], "y": [None, "0"]}, True),
        ({"when": ["2019-03-04", "3/5/2019"]}, False),
        ({"when": ["2019-03-04", None]}, False),
        ({"what": ["HIT RUN", "THEFT"]}, False),
        ({"what": ["HIT RUN", None]}, False),
        ({"y": ["34", "34.0001"]}, False),
        ({"x": ["-118", "34"], "y": ["34", "-118"]}, False),
    ],
)
def test_the_content_is_the_day_the_type_and_the_location(given: dict, same: bool):
    equal = {"when": ["3/4/2019"] * 2, "what": ["HIT RUN"] * 2, "y": ["34"] * 2, "x": ["-118"] * 2}
    first, second = contents(reader(), **(equal | given))
    assert (first == second) == same


def test_where_incidents_are_counted_the_content_is_the_type_or_nothing():
    first, second = contents(reader(rows="incident"), what=["ARSON", "ARSON"])
    assert first == second
    first, second = contents(reader(rows="incident"))
    assert first != second
    assert contents(reader(rows="incident", types=None)) == [0, 0]


def test_without_types_all_crimes_are_of_one():
    tidied = reader(types=None).tidied(block(what=["ARSON", None]), "a", 0)
    assert tidied.rows.column("type").to_pylist() == [0, 0]


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
            'give it one, or write columns = { id = "" } in [crime.alder] if no crime appears twice in the '
            "files",
        ),
        (
            {"when": ["1/1/2019", "29/7/2019"]},
            "crime/alder/a.csv: column when, row 102: '29/7/2019' is not a date with the month first; write "
            "month/day/year, as 07/29/2019, or ISO 8601, as 2019-07-29, or say in [crime.alder] how dates "
            "are written, as "
            'date_format = "%d/%m/%Y"',
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_row_in_the_file(given: dict, said: str):
    with pytest.raises(InputError) as error:
        reader().tidied(block(**given), "crime/alder/a.csv", 100)
    assert str(error.value) == said


def test_a_date_that_does_not_fit_the_configured_format_is_reported():
    own = reader(replace(reader().plan, dates=DateForm(format="%d/%m/%Y")))
    fine = block(when=["29/7/2019", "7/1/2020"])
    assert own.tidied(fine, "a", 0).rows.column("of_year").to_pylist() == [True, False]
    with pytest.raises(
        InputError, match=r"row 2: '7/29/2019' is not a date in date_format of \[crime.alder\]"
    ):
        own.tidied(block(when=["29/7/2019", "7/29/2019"]), "a", 0)


def test_a_date_that_contradicts_an_earlier_one_is_reported_with_it():
    own = reader(replace(reader().plan, dates=DateForm("day first", shown_by=(7, "13/2/2019"))))
    with pytest.raises(
        InputError, match=r"'2/13/2019' is not a date with the day first, as row 7 \('13/2/2019'"
    ):
        own.tidied(block(when=["2/13/2019", "1/1/2019"]), "a", 0)


def test_a_reader_goes_to_workers():
    assert pickle.loads(pickle.dumps(reader())) == reader()
