"""The beginning of a CSV: its columns, whatever surrounds them."""

from __future__ import annotations

import pytest

from data.errors import InputError
from tasks.rows.csv_head import check_columns, header_of, start_of_rows


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
        (b"id,wo\0rd\n", "the header holds NUL bytes"),
        (
            b"id" * (1 << 18),
            "its first row, the header, is longer than 256 kB; hand in a table with its header",
        ),
        (
            b"a," * 10_000 + b"\n",
            "has 10,001 columns, and at most 10,000 are read; leave out columns not needed",
        ),
        ("id,straße\n".encode("latin-1"), "is not UTF-8 text"),
        (b"%PDF-1.7\n", "is a PDF, despite its name; hand in the table that is meant"),
    ],
)
def test_what_is_not_a_csv_is_named_with_the_fix(head: bytes, said: str):
    with pytest.raises(InputError) as error:
        header_of(head, "posts/a.csv")
    assert str(error.value).startswith(f"posts/a.csv: {said}")


@pytest.mark.parametrize(
    ("above", "rows"),
    [
        (b"id,word\n", b"1,a\n"),
        (b"\r\n \r\nid,word\r\n", b"1,a\r\n"),
        (b'"two\nlines",b\n', b"1,a\n"),
        (b'id,5" pipe\n', b"1,a\n"),
        (b"id,word\r", b"1,a\r"),
        (b"sep=;\r\nid;word\n", b"1;a\n"),
        (b"id,word", b""),
    ],
)
def test_the_rows_begin_below_the_header(above: bytes, rows: bytes):
    assert start_of_rows(above + rows) == len(above)


def test_each_wanted_column_must_be_there_once():
    check_columns("a.csv", ["id", "word", "other", "other"], ["word", "id"])
    with pytest.raises(InputError, match=r"^a\.csv: no column id; name it \(there are word\)$"):
        check_columns("a.csv", ["word"], ["id"], "name it")
    with pytest.raises(InputError, match=r"^a\.csv: two columns are called id; remove or rename one$"):
        check_columns("a.csv", ["id", "id"], ["id"])
