"""The table of city police with unusual names, and how names are compared."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from data.errors import InputError
from data.police import POLICE, Police, States, plain, read_police, read_states

HEADER = "city,state,what,name,note\n"


@pytest.fixture(scope="module")
def states() -> States:
    return read_states()


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "police.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ashford Police Department", "  ASHFORD   police Dept. "),
        ("St. Oswald", "Saint Oswald"),
        ("Ft. Ashford", "Fort Ashford"),
        ("Mt Ashford", "Mount Ashford"),
        ("San José", "San Jose\u0301"),
        ("\u200eAshford\u200e", "Ashford"),
        ("Sheriff\u2019s Office", "Sheriff's Office"),
        ("The Ashford Police", "Ashford Police"),
        ("Police & Fire", "Police and Fire"),
        ("Ashford-Brill", "Ashford\u2212Brill"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str):
    assert plain(one) == plain(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ashford", "Ashford City"), ("Ashford", "North Ashford"), ("Thea", "a"), ("Stoke", "Saintoke")],
)
def test_names_of_different_places_are_not_equal(one: str, other: str):
    assert plain(one) != plain(other)


def test_a_name_without_letters_is_empty():
    assert plain(" -/. ") == ""
    assert plain("") == ""


def test_there_are_50_states_the_district_and_five_territories_each_once(states: States):
    assert len(states.rows) == 56
    for field in ("name", "code", "fips"):
        assert len({getattr(state, field) for state in states.rows}) == 56
    assert all(len(state.code) == 2 and len(state.fips) == 2 for state in states.rows)
    # The Census numbered the states in order of name.
    real = [state for state in states.rows if state.fips < "60"]
    assert sorted(real, key=lambda state: state.fips) == sorted(real, key=lambda state: state.name)
    assert len(real) == 51


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("OH", "OH"),
        ("oh ", "OH"),
        ("Ohio", "OH"),
        ("West Virginia", "WV"),
        ("D.C.", "DC"),
        ("Washington, D.C.", "DC"),
        ("Washington", "WA"),
        ("District of Columbia", "DC"),
        ("Ohoi", None),
        ("", None),
        (None, None),
    ],
)
def test_a_state_is_found_by_name_and_postal_code(states: States, word: str | None, code: str | None):
    found = states.find(word)
    assert (found.code if found else None) == code


def test_a_tract_s_geoid_gives_its_state(states: States):
    found = [states.of_tract(geoid) for geoid in ("06037101110", "11001000100", "99001000100")]
    assert [state and state.code for state in found] == ["CA", "DC", None]


def test_the_table_of_the_program_names_no_sheriff_and_every_row_has_its_reason():
    rows = read_police().rows
    assert len(rows) >= 10
    assert not [row for row in rows if "sheriff" in plain(row.name)]
    assert all(row.note for row in rows)


def test_the_table_of_the_program_is_in_order_of_state_and_city():
    with POLICE.open(encoding="utf-8", newline="") as file:
        cities = [row["city"] for row in csv.DictReader(file)]
    assert cities == sorted(cities)


def test_a_city_is_found_under_each_of_its_names_but_only_in_its_state(tmp_path: Path):
    police = read_police(written(tmp_path, "St. Oswald,OH,agency,Oswald Metro Police,merged"))
    assert [row.note for row in police.of(["Oswald", "Saint Oswald"], "OH", "agency")] == ["merged"]
    assert police.of(["St. Oswald"], "GA", "agency") == []
    assert police.of(["St. Oswald"], "OH", "city") == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["A,OH,force,B,why"], "row 2, column what: 'force' is unknown; write agency or city"),
        (["A,Ohio,agency,B,why"], "row 2, column state: 'Ohio' is not a state's postal code; write one"),
        ([",OH,agency,B,why"], "row 2, column city: is empty; write a name"),
        (["A,OH,agency,,why"], "row 2, column name: is empty; write a name"),
        (["A,OH,agency,B,"], "row 2, column note: is empty; write the reason"),
        (["A,OH,agency,B"], "row 2 has 4 fields instead of 5; put quotes around a field that holds a comma"),
        (
            ["A,OH,agency,B Police,why", "C,OH,agency,b police,why"],
            "row 3, column name: 'b police' already belongs to A; remove one of the rows",
        ),
    ],
)
def test_a_wrong_row_is_named_with_file_row_column_and_fix(tmp_path: Path, rows: list[str], message: str):
    with pytest.raises(InputError) as error:
        read_police(path := written(tmp_path, *rows))
    assert str(error.value).startswith(f"{path}: {message}")


def test_a_byte_order_mark_is_ignored_and_faulty_files_are_reported(tmp_path: Path):
    path = tmp_path / "police.csv"
    path.write_bytes((HEADER + "A,OH,agency,Café Police,why\r\n").encode("utf-8-sig"))
    assert isinstance(found := read_police(path), Police)
    assert found.rows[0].name == "Café Police"
    path.write_bytes((HEADER + "A,OH,agency,Café Police,why\r\n").encode("cp1252"))
    with pytest.raises(InputError, match=r"is not UTF-8 text .*; save it as"):
        read_police(path)
    with pytest.raises(InputError, match="row 1: the columns are city,name; write city,state,what,name,note"):
        read_police(written(tmp_path, header="city,name\n"))
    with pytest.raises(InputError, match=r"cannot be read \(No such file or directory\)"):
        read_police(tmp_path / "none.csv")


def test_the_fingerprint_depends_on_what_decides_and_not_on_notes_or_order():
    rows = read_police().rows
    noted = tuple(replace(row, note="another reason") for row in reversed(rows))
    assert Police(noted).fingerprint == Police(rows).fingerprint
    assert Police(rows[1:]).fingerprint != Police(rows).fingerprint
