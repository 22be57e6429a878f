"""The public tables in SQLite."""

import errno
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from data.schema import TABLES
from tasks.package import database as module
from tasks.package.database import datasette_metadata, write_database
from tasks.package.licence import Licence
from tests.tasks.package.conftest import HOSTILE


def written(path: Path, tables: dict[str, pa.Table]) -> Path:
    write_database(path, {TABLES[name].stem: (TABLES[name], table) for name, table in tables.items()})
    return path


def test_the_rows_are_those_of_the_tables_with_keys_types_and_references(
    tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(written(tmp_path / "a.sqlite", tables))) as database:
        ask = lambda sql: database.execute(sql).fetchall()  # noqa: E731
        assert ask("PRAGMA integrity_check") == [("ok",)]
        assert ask("PRAGMA foreign_key_check") == []
        assert ask("SELECT agency FROM kinds") == [(text,) for text in sorted(HOSTILE)]
        assert ask("SELECT GEOID, typeof(GEOID), income FROM tracts_used") == [
            ("01001020100", "text", 0.123457)
        ]
        assert ask("SELECT sent, received FROM requests") == [("1860-06-26", None), ("2019-04-14", None)]
        assert ask("SELECT partnership FROM city_selection") == [(1,)]
        assert ask("SELECT pearson_p FROM city_tests") == [(6.94e-16,)]
        assert {row[2] for row in ask("PRAGMA foreign_key_list(tract_crimes)")} == {
            "crime_types",
            "tracts_used",
        }
        keys = [(row[1], row[5]) for row in ask("PRAGMA table_info(kinds)") if row[5]]
        assert keys == [("agency", 1), ("kind", 2)]
        indexes = {row[1] for row in ask("PRAGMA index_list(tracts_used)")}
        assert "tracts_used_GEOID" in indexes
        meaning = TABLES["public/kinds"].columns[2].meaning
        assert ask(
            "SELECT meaning FROM data_dictionary WHERE \"table\" = 'kinds' AND \"column\" = 'emails'"
        ) == [(meaning,)]


def test_the_same_tables_give_the_same_file_and_nothing_beside_it(
    tables: dict[str, pa.Table], tmp_path: Path
) -> None:
    first = written(tmp_path / "a.sqlite", tables).read_bytes()
    assert written(tmp_path / "b.sqlite", tables).read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sqlite", "b.sqlite"]


def test_rows_entered_a_few_at_a_time_give_the_same_file(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(tmp_path / "a.sqlite", tables).read_bytes()
    monkeypatch.setattr(module, "_TOGETHER", 2)
    assert written(tmp_path / "b.sqlite", tables).read_bytes() == first


def test_a_full_disk_is_the_error_that_it_is_for_any_file(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(module, "_write", full)
    with pytest.raises(OSError, match="No space left") as raised:
        written(tmp_path / "a.sqlite", tables)
    assert raised.value.errno == errno.ENOSPC
    assert raised.value.filename == str(tmp_path / "a.sqlite")
    assert not list(tmp_path.iterdir())


def test_a_table_that_is_not_there_is_not_referred_to(tables: dict[str, pa.Table], tmp_path: Path) -> None:
    alone = {"public/city_tests": tables["public/city_tests"]}
    with closing(sqlite3.connect(written(tmp_path / "a.sqlite", alone))) as database:
        assert database.execute("PRAGMA foreign_key_list(city_tests)").fetchall() == []


def test_datasette_is_told_titles_meanings_order_and_licence() -> None:
    told = json.loads(
        datasette_metadata(
            "T", "A.", Licence("CC-BY-4.0"), [TABLES["public/kinds"], TABLES["public/tracts_used"]]
        )
    )
    assert (told["license"], told["license_url"]) == ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html")
    described = told["databases"]["public"]["tables"]
    assert described["data_dictionary"] == {"hidden": True}
    assert described["kinds"]["sort_desc"] == "emails"
    assert described["kinds"]["columns"]["emails"] == "Messages of the kind."
    assert described["tracts_used"]["label_column"] == "city"
    assert "license" not in json.loads(datasette_metadata("T", "A.", Licence(""), []))
