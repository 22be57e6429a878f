"""A difference between two folders is told in a few lines."""

from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from tests.differing import said


def table(*values: int) -> bytes:
    """The bytes of a table of one column."""
    with BytesIO() as file:
        pq.write_table(pa.table({"n": values}), file)
        return file.getvalue()


def test_the_rows_in_which_two_tables_differ_are_named():
    lines = said({"same": b"1", "t.parquet": table(1, 2, 3)}, {"same": b"1", "t.parquet": table(1, 3, 4)})
    assert lines is not None
    assert lines[0] == "other files: 0 lacking, 0 too many, 1 of 2 differ"
    assert "    -{'n': 2}" in lines
    assert "    +{'n': 4}" in lines
    assert len(lines) < 10


def test_the_lines_of_a_text_are_named_and_no_byte_of_it_reaches_the_terminal_raw():
    lines = said({"a": b"one\ntwo\xff\n"}, {"a": b"one\nthree\n"})
    assert lines is not None
    assert lines[2:] == ["    @@ -2 +2 @@", "    -two\\xff", "    +three"]


def test_many_differences_are_cut_off():
    lines = said({"a": b"\n".join([b"x"] * 500)}, {"a": b"\n".join([b"y"] * 500)})
    assert lines is not None
    assert lines[-1] == "    ..."
    assert len(lines) < 60


def test_the_same_rows_in_other_bytes_are_said_to_be_that():
    other = BytesIO()
    pq.write_table(pa.table({"n": [1, 2]}), other, use_dictionary=False)
    assert (said({"t": table(1, 2)}, {"t": other.getvalue()}) or [])[-1] == "    the same rows in other bytes"


def test_what_is_no_folder_is_left_to_pytest():
    assert said({}, {}) is None
    assert said({"a": 1}, {"a": b"1"}) is None
    assert said([b"1"], [b"2"]) is None
