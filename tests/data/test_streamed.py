"""What is written a piece at a time has the bytes of what is written at once."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import streamed
from data.schema import TABLES
from data.streamed import (
    distinct_streamed,
    in_order,
    key_of,
    merged,
    pieces_of,
    without_repeats,
    write_sorted,
    write_streamed,
)
from data.tables import ROW_GROUP, write_table

SPEC = TABLES["private/subjects_to_review"]


def subjects(count: int) -> pa.Table:
    """Rows of a table, in order."""
    numbers = pa.array(range(count), pa.int64())
    agencies = pc.cast(pc.divide(numbers, 50_000), pa.string())
    padded = pc.utf8_lpad(pc.cast(numbers, pa.string()), 7, "0")
    columns = [*map(named, ("agency", "subject"), (agencies, padded)), numbers]
    return pa.table(dict(zip(SPEC.arrow.names, columns, strict=True))).cast(SPEC.arrow)


def named(word: str, texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(word, texts, " ")


@pytest.mark.parametrize("count", [0, 1, ROW_GROUP, ROW_GROUP + 1, 2 * ROW_GROUP + 17])
@pytest.mark.parametrize("size", [7_001, 100_000])
def test_a_table_has_the_same_bytes_in_any_pieces(tmp_path: Path, count: int, size: int):
    table = subjects(count)
    whole = write_table(table, SPEC, tmp_path / "whole").read_bytes()
    pieces = [table.slice(start, size) for start in range(0, count, size)]
    assert write_streamed(iter(pieces), SPEC, tmp_path / "parts") == count
    assert (tmp_path / "parts/private/subjects_to_review.parquet").read_bytes() == whole


@pytest.mark.parametrize("rows", [[1, 0], [0, 0]])
def test_pieces_that_are_not_in_order_are_a_fault_and_leave_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[int]
):
    monkeypatch.setattr(streamed, "ROW_GROUP", 1)
    with pytest.raises(ValueError, match="not in order of agency, subject"):
        write_streamed((subjects(2).slice(row, 1) for row in rows), SPEC, tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


texts = st.lists(st.tuples(st.sampled_from("ab\u00e9\U0001f6b2"), st.integers(0, 3)), max_size=12)


@given(st.lists(texts, max_size=5))
def test_sorted_files_are_merged_into_one_order(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, int]]]
):
    folder, key = tmp_path_factory.mktemp("merged"), ("text", "number")
    paths: list[Path] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streamed, "BATCH", 2)
        for place, rows in enumerate(files):
            table = pa.table({"text": [a for a, _ in rows], "number": [n for _, n in rows]},
                             schema=pa.schema([("text", pa.string()), ("number", pa.int64())]))  # fmt: skip
            paths += write_sorted(table, folder / f"{place}.arrow", key)
    found = [tuple(row.values()) for table in merged(paths, key) for row in table.to_pylist()]
    assert found == sorted(row for rows in files for row in rows)


def test_a_merge_holds_a_few_rows_of_each_file(tmp_path: Path):
    draw = random.Random(3)
    paths: list[Path] = []
    for number in range(4):
        rows = pa.table({"row": draw.sample(range(10**6), 5 * streamed.BATCH)})
        paths += write_sorted(rows, tmp_path / f"{number}.arrow", ("row",))
    assert max(table.num_rows for table in merged(paths, ("row",))) <= 4 * streamed.BATCH


def test_a_missing_value_is_after_all_others():
    table = pa.table({"a": ["x", None], "b": [1, 2]})
    assert key_of(table, ["a", "b"], 0) < key_of(table, ["a", "b"], 1)


def test_distinct_values_are_counted_across_pieces(tmp_path: Path):
    rows = subjects(2 * ROW_GROUP + 5)
    write_table(rows, SPEC, tmp_path)
    path = tmp_path / "private/subjects_to_review.parquet"
    assert distinct_streamed(path, "agency") == 3
    assert distinct_streamed(path, "agency", "subject") == rows.num_rows
    pieces = [piece.num_rows for piece in pieces_of(path, ["emails"])]
    assert sum(pieces) == rows.num_rows
    assert max(pieces) <= streamed.BATCH


pairs = st.lists(st.tuples(st.sampled_from([None, "a", "b"]), st.sampled_from([None, 0, 1])), max_size=9)


@given(st.lists(pairs, max_size=4), st.integers(1, 4))
def test_equal_rows_of_several_streams_are_one(streams: list[list[tuple[str | None, int | None]]], size: int):
    schema, names = pa.schema([("text", pa.string()), ("number", pa.int64())]), ("text", "number")
    given_rows = {row for rows in streams for row in rows}
    order = {row: key_of(pa.Table.from_pylist([dict(zip(names, row, strict=True))], schema), names, 0)
             for row in given_rows}  # fmt: skip
    pieces: list[list[pa.Table]] = []
    for rows in streams:
        mine = sorted(rows, key=order.__getitem__)
        table = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in mine], schema)
        pieces.append([table.slice(0, 0), *(table.slice(at, size) for at in range(0, len(mine), size))])
    found = [
        tuple(row.values()) for table in without_repeats(in_order(pieces, names)) for row in table.to_pylist()
    ]
    assert found == sorted(given_rows, key=order.__getitem__)
