"""The beginning of a CSV: its columns, whatever surrounds them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data.errors import InputError
from tasks.rows.csv_head import check_columns, head_of, header_of


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (b"id,word\n1,a\n", ["id", "word"]),
        (b"id,word", ["id", "word"]),
        (b"id,word\r1,a\r", ["id", "word"]),
        (b"\xef\xbb\xbfid,word\r\n1,a\r\n", ["id", "word"]),
        (b"\r\n\nid,word\n", ["id", "word"]),
        (b'id,"two\nlines, one name"\n1,a\n', ["id", "two\nlines, one name"]),
        (b'id,5" pipe\n1,a\n', ["id", '5" pipe']),
        (b'id,5" pipe\n1,3" pipe\n', ["id", '5" pipe']),
        ("id,straße\n".encode(), ["id", "straße"]),
        ("id,word\n1,straße\n".encode("latin-1"), ["id", "word"]),
    ],
)
def test_the_columns_are_those_of_the_first_record(head: bytes, columns: list[str]):
    assert header_of(head, "a.csv") == columns


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        ("id,word\n".encode("utf-16"), "is not UTF-8 text"),
        ("id,straße\n".encode("latin-1"), "is not UTF-8 text"),
        (b"%PDF-1.7\n", "is a PDF, despite its name; hand in the table that is meant"),
        (b"PAR1...", "is a Parquet file, despite its name; rename it to end with .parquet"),
    ],
)
def test_what_is_not_a_csv_is_named_with_the_fix(head: bytes, said: str):
    with pytest.raises(InputError) as error:
        header_of(head, "posts/a.csv")
    assert str(error.value).startswith(f"posts/a.csv: {said}")


def test_a_gzipped_file_is_unpacked_and_another_that_is_called_so_is_an_error(tmp_path: Path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,word\n"))
    assert head_of(path, "a.csv.gz") == b"id,word\n"
    path.write_bytes(b"id,word\n")
    with pytest.raises(InputError, match=r"^a\.csv\.gz: is not a gzip file, or a damaged one; copy"):
        head_of(path, "a.csv.gz")


def test_each_wanted_column_must_be_there_once():
    check_columns("a.csv", ["id", "word", "other", "other"], ["word", "id"])
    with pytest.raises(InputError, match=r"^a\.csv: no column id; name it \(there are word\)$"):
        check_columns("a.csv", ["word"], ["id"], "name it")
    with pytest.raises(InputError, match=r"^a\.csv: two columns are called id; remove or rename one$"):
        check_columns("a.csv", ["id", "id"], ["id"])
