"""Which published counts are sums of which: of hand-made tables of one city with two types of crime."""

from typing import Any

import pyarrow as pa
import pytest

from data.schema import TABLES
from tasks.audit.cells import cells_of
from tasks.audit.leave_out import leave_out_small
from tasks.audit.protect import hidden_sums

CITY = "Alder city"
USED = [  # GEOID, decile, posts, status, share in the city
    ("1", 1, 2, "used", 1.0),
    ("2", 1, 9, "used", 1.0),
    ("3", 2, 30, "used", 0.4),
    ("4", None, 1, "few people", 1.0),
    ("5", None, None, "no polygon", None),
]
CRIMES = {"theft": [3, 20, 40, 0], "arson": [0, 1, 0, 0]}
LEDGER = {
    "theft": 63, "arson": 1, "counted": 64, "no location": 5, "outside": 2, "crimes in the files": 171,
    "other types": 100, "duplicates": 0, "other years": 0, "in tracts with population and income": 64,
    "in tracts without": 0,
}  # fmt: skip


def table(name: str, *rows: dict) -> pa.Table:
    """A table of a few values; the others are missing, 0 or empty."""
    spec = TABLES[f"public/{name}"]
    empty = {
        column.name: None if column.nullable else "" if pa.types.is_string(column.type) else 0
        for column in spec.columns
    }
    return pa.Table.from_pylist([{**empty, **row} for row in rows], schema=spec.arrow)


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    of = {"city": CITY}
    tests = [{**of, "level": level} for level in ("decile", "tract")]
    recorded = {"theft": (68, 4, 1), "arson": (3, 1, 1)}
    found: dict[str, list[dict[str, Any]]] = {
        "tracts_used": [
            {**of, "GEOID": geoid, "decile": decile, "posts": posts, "status": status, "share_in_city": share}
            for geoid, decile, posts, status, share in USED
        ],
        "city_deciles": [{**of, "decile": 1, "posts": 11}, {**of, "decile": 2, "posts": 30}],
        "city_tests": [{**row, "posts": 41} for row in tests],
        "city_variants": [
            {**of, "variant": "published", "posts": 41},
            {**of, "variant": "every tract with people", "posts": 42},
            {**of, "variant": "at least half inside", "posts": 11},
        ],
        "border_posts": [{"scope": CITY, "year": "2019", "posts": 42}],
        "tract_crimes": [
            {**of, "crime": crime, "GEOID": USED[at][0], "crimes": count}
            for crime, counts in CRIMES.items()
            for at, count in enumerate(counts)
        ],
        "crime_tests": [
            {**row, "crime": crime, "crimes": sum(counts), "pearson_r": 0.123456}
            for crime, counts in CRIMES.items()
            for row in tests
        ],
        "crime_types": [
            {
                **of,
                "crime": crime,
                "counted": sum(CRIMES[crime]),
                "recorded": all_,
                "no_location": no,
                "outside": out,
            }
            for crime, (all_, no, out) in recorded.items()
        ],
        "ledger": [
            {"part": "crime", "source": "alder", "line": line, "count": n} for line, n in LEDGER.items()
        ],
    }
    return {f"public/{name}": table(name, *rows) for name, rows in found.items()}


def test_every_count_is_known_as_a_sum_of_its_tracts(tables: dict[str, pa.Table]):
    found = cells_of(tables)
    value = lambda cell: sum(found.values[atom] for atom in cell.sum.atoms)  # noqa: E731
    own = [cell for cell in found.cells if any(atom[0] == "own" for atom in cell.sum.atoms)]
    assert [value(cell) for cell in own] == [0]
    of_how_many = {(cell.table, cell.row, cell.column): len(cell.sum.atoms) for cell in found.cells}
    assert of_how_many["public/city_variants", 1, "posts"] == 4
    assert of_how_many["public/city_variants", 2, "posts"] == 2
    ledger = tables["public/ledger"]["line"].to_pylist()
    lines = {ledger[cell.row]: value(cell) for cell in found.cells if cell.table == "public/ledger"}
    assert lines.keys() == {*LEDGER} - {"duplicates", "other years", "crimes in the files"}
    assert lines["other types"] == 71  # what the other lines say of the types and the year


def test_what_is_left_out_takes_its_complements_in_every_table(tables: dict[str, pa.Table]):
    found = cells_of(tables)
    sums = hidden_sums(found.values, {cell.sum for cell in found.cells}, 5)
    hidden = {(c.table.removeprefix("public/"), c.row, c.column) for c in found.cells if c.sum.atoms in sums}
    # 2 goes with 9, its neighbor in the decile. 1, of few people, is what 42 and 41 differ by: 42 goes.
    assert {each for each in hidden if each[2] == "posts"} == {
        *(("tracts_used", row, "posts") for row in (0, 1, 3)),
        ("city_variants", 1, "posts"),
        ("border_posts", 0, "posts"),
    }
    # Arson is one crime in all: its total goes, in the ledger too, and a sum that would tell it.
    assert {("crime_types", 1, "counted"), ("ledger", 1, "count"), ("crime_tests", 2, "crimes")} <= hidden
    assert {("crime_types", 0, "counted"), ("ledger", 2, "count")} & hidden


def test_tables_of_an_earlier_run_are_taken_whole(tables: dict[str, pa.Table], tmp_path):
    from data.full_tables import read_full
    from data.tables import read_table, write_table

    out, stage = tmp_path / "out", tmp_path / "stage"
    names = [name for name in tables if name != "public/tracts_used"]  # its map needs polygons
    for name in names:
        write_table(tables[name], TABLES[name], stage)
    left = leave_out_small(stage, out, 5, whole=True)
    assert left["public/crime_types"] >= 2
    row = read_table(TABLES["public/crime_tests"], stage).to_pylist()[0]
    assert (row["crime"], row["crimes"], row["pearson_r"]) == ("arson", None, None)
    assert read_full(TABLES["public/crime_tests"], stage).to_pylist()[0]["crimes"] == 1
    stage.rename(out)
    assert leave_out_small(stage, out, 5, whole=False) == left
    assert leave_out_small(stage, out, 0, whole=False) == {}
