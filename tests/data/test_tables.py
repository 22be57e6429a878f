"""Tables on disk."""

import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.schema import TABLES, Table
from data.tables import (
    conform,
    data_dictionary,
    distinct_in_order,
    empty_table,
    read_table,
    replacing,
    write_table,
)

KINDS = TABLES["public/kinds"]
LEDGER = TABLES["public/ledger"]


def kinds(*rows: tuple[str, str, int, float]) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return pa.table(columns, names=["agency", "kind", "emails", "share"])


def test_a_table_is_read_back_sorted_by_key(tmp_path: Path) -> None:
    path = write_table(kinds(("b", "x", 1, 1.0), ("a", "y", 2, 0.5), ("a", "x", 2, 0.5)), KINDS, tmp_path)
    assert path == tmp_path / "public" / "kinds.parquet"
    rows = read_table(KINDS, tmp_path)
    assert [(row["agency"], row["kind"]) for row in rows.to_pylist()] == [("a", "x"), ("a", "y"), ("b", "x")]


def test_the_bytes_do_not_depend_on_order_and_chunks_of_the_rows(tmp_path: Path) -> None:
    rows = [(f"agency{n % 7}", f"kind {n}", n, n / 3) for n in range(200)]
    whole = write_table(kinds(*rows), KINDS, tmp_path / "a").read_bytes()
    random.Random(1).shuffle(rows)
    pieces = pa.concat_tables([kinds(*rows[:50]), kinds(*rows[50:51]), kinds(*rows[51:])])
    again = write_table(pieces, KINDS, tmp_path / "b")
    assert again.read_bytes() == whole
    assert again.with_suffix(".csv").read_bytes() == (tmp_path / "a/public/kinds.csv").read_bytes()


def test_a_public_table_is_also_a_csv_in_which_a_missing_number_is_empty(tmp_path: Path) -> None:
    table = pa.table(
        {
            "part": ["mail", "mail"],
            "source": ["ab", "ab"],
            "line": ['so "called", x', "y"],
            "count": [None, 3],
        }
    )
    write_table(table, LEDGER, tmp_path)
    assert (tmp_path / "public/ledger.csv").read_text(encoding="utf-8").splitlines() == [
        "part,source,line,count",
        "mail,ab,y,3",
        'mail,ab,"so ""called"", x",',
    ]


def test_yes_and_no_are_words_in_a_csv(tmp_path: Path) -> None:
    spec = TABLES["public/city_selection"]
    row = {
        "rank": 1,
        "city": "A",
        "gentrified_share": 0.5,
        "partnership": True,
        "selected": False,
        "reason": "b",
    }
    path = write_table(pa.Table.from_pylist([row], schema=spec.arrow), spec, tmp_path)
    assert path.with_suffix(".csv").read_text().splitlines()[1] == "1,A,0.5,true,false,b"


def test_a_private_table_has_no_csv(tmp_path: Path) -> None:
    spec = TABLES["private/subjects_to_review"]
    path = write_table(empty_table(spec), spec, tmp_path)
    assert [file.name for file in path.parent.iterdir()] == ["subjects_to_review.parquet"]


def test_columns_may_be_in_any_order_but_none_may_be_missing_or_extra() -> None:
    table = kinds(("a", "x", 1, 1.0))
    assert (
        conform(table.select(["share", "emails", "kind", "agency"]), KINDS).schema.names == KINDS.arrow.names
    )
    with pytest.raises(
        ValueError, match=r"public/kinds: columns missing \['share'\], not in the schema \['more'\]"
    ):
        conform(table.rename_columns(["agency", "kind", "emails", "more"]), KINDS)


def test_a_missing_required_value_is_refused() -> None:
    table = kinds(("a", "x", 1, 1.0)).set_column(2, "emails", pa.array([None], pa.int64()))
    with pytest.raises(ValueError, match=r"public/kinds\.emails: 1 values are missing"):
        conform(table, KINDS)


def test_a_value_of_another_type_is_refused_and_not_rounded() -> None:
    table = kinds(("a", "x", 1, 1.0)).set_column(2, "emails", pa.array([1.5]))
    with pytest.raises(ValueError, match=r"public/kinds\.emails"):
        conform(table, KINDS)


def test_two_rows_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two rows share a key \(agency, kind\)"):
        conform(kinds(("a", "x", 1, 0.5), ("a", "x", 2, 0.5)), KINDS)


def test_missing_values_in_a_key_sort_last_and_count_as_equal() -> None:
    spec = TABLES["public/alerts_by_month"]
    table = pa.table(
        {
            "agency": ["a", "a"],
            "kind": ["crime alert"] * 2,
            "month": pa.array([None, "2021-05"]),
            "emails": [1, 1],
            "unique_alerts": [1, 1],
        }
    )
    assert conform(table, spec).column("month").to_pylist() == ["2021-05", None]
    with pytest.raises(ValueError, match="share a key"):
        conform(pa.concat_tables([table, table.slice(0, 1)]), spec)


@pytest.mark.parametrize("spec", TABLES.values(), ids=lambda spec: spec.name)
def test_an_empty_table_is_written_with_its_whole_schema(spec: Table, tmp_path: Path) -> None:
    write_table(empty_table(spec), spec, tmp_path)
    assert read_table(spec, tmp_path).schema.equals(spec.arrow, check_metadata=True)


def test_an_interrupted_write_leaves_the_old_table_and_no_temporary_file(tmp_path: Path) -> None:
    path = write_table(kinds(("a", "x", 1, 1.0)), KINDS, tmp_path)
    before = path.read_bytes()

    def fail() -> None:
        with replacing(path) as beside:
            beside.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["kinds.csv", "kinds.parquet"]


def test_the_error_for_a_file_of_another_version_names_it(tmp_path: Path) -> None:
    path = tmp_path / "public" / "kinds.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"agency": ["a"]}), path)
    with pytest.raises(ValueError, match=r"kinds\.parquet: the file's columns are not those of public/kinds"):
        read_table(KINDS, tmp_path)


def test_the_dictionary_has_every_column_of_every_published_table() -> None:
    text = data_dictionary()
    sections = {part.splitlines()[0]: part for part in text.split("### ")[1:]}
    left = [table for table in TABLES.values() if table.visibility != "work"]
    assert list(sections) == [table.name for table in left]
    for table in left:
        rows = [line for line in sections[table.name].splitlines() if line.startswith("| ")][2:]
        assert [row.split(" | ")[0].strip("| *") for row in rows] == table.arrow.names
        assert [row.split(" | ")[2].removesuffix(" |") for row in rows] == [c.meaning for c in table.columns]
        assert [c.name for c in table.columns if f"| **{c.name}** |" in sections[table.name]] == [
            name for name in table.arrow.names if name in table.key
        ]


def test_the_error_for_a_damaged_table_says_how_to_rebuild_it(tmp_path: Path) -> None:
    path = write_table(kinds(("a", "x", 1, 1.0)), KINDS, tmp_path)
    whole = path.read_bytes()
    for damaged in (b"x", whole[:-20], whole[:4] + b"\0" * (len(whole) - 12) + whole[-8:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=rf"{path}: is damaged; run again to rebuild it"):
            read_table(KINDS, tmp_path)


def test_a_pipe_in_the_place_of_a_table_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / f"{KINDS.name}.parquet"
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(ValueError, match=rf"{path}: is not a regular file; run again to rebuild it"):
        read_table(KINDS, tmp_path)


def test_the_error_for_a_table_that_may_not_be_read_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(kinds(("a", "x", 1, 1.0)), KINDS, tmp_path)

    def forbidden(_: Path) -> pa.Table:
        raise PermissionError("[Errno 13] Failed to open local file")

    monkeypatch.setattr(pq, "read_table", forbidden)
    with pytest.raises(PermissionError) as caught:
        read_table(KINDS, tmp_path)
    assert caught.value.filename == str(path)


@pytest.mark.long
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=20))
def test_distinct_values_are_counted_in_a_sorted_table_as_a_set_counts_them(rows: list[tuple[int, str]]):
    rows = sorted(rows)
    schema = pa.schema([("a", pa.int64()), ("b", pa.string())])
    table = pa.Table.from_pylist([{"a": a, "b": b} for a, b in rows], schema)
    pieces = pa.concat_tables([table.slice(0, 2), table.slice(2)])
    assert distinct_in_order(pieces, "a", "b") == len(set(rows))
    assert distinct_in_order(table, "a") == len({a for a, _ in rows})


def test_some_columns_are_read_alone(tmp_path: Path):
    spec = TABLES["public/kinds"]
    write_table(spec.arrow.empty_table(), spec, tmp_path)
    assert read_table(spec, tmp_path, ["agency", "emails"]).column_names == ["agency", "emails"]
    pq.write_table(pa.table({"agency": ["a"]}), tmp_path / "public/kinds.parquet")
    with pytest.raises(ValueError, match="run again to rebuild it"):
        read_table(spec, tmp_path, ["agency", "emails"])
