"""Tables that are read as text, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from tasks.rows.text_rows import count_rows, first_rows, read_bytes, read_lines, read_records


def test_records_come_without_blanks_a_byte_order_mark_and_blank_lines():
    content = '\ufeffid , word\r\n\r\n1,"a, \nb"\r\n2,\r\n'.encode()
    header, rows = read_records(content, "a.csv")
    assert (header, list(rows)) == (["id", "word"], [["1", "a, \nb"], ["2", ""]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,word\n1,a\n2\n", "row 2 has 1 field instead of 2; put quotes around"),
        (b'id,word\n1,"a\n', "row 1: cannot be read as CSV (unexpected end"),
        ("id,word\n1,é\n".encode("cp1252"), "is not UTF-8 text (byte 10); save it as"),
    ],
)
def test_a_record_that_is_wrong_is_named(content: bytes, said: str):
    with pytest.raises(InputError) as error:
        list(read_records(content, "a.csv")[1])
    assert str(error.value).startswith(f"a.csv: {said}")


def test_lines_keep_their_numbers_in_either_encoding(tmp_path: Path):
    path = tmp_path / "a.csv"
    for encoding in ("utf-8-sig", "cp1252"):
        path.write_text('title\n\n"two\nlines",é \n', encoding=encoding)
        assert read_lines(path, "a.csv") == [(1, ["title"]), (2, []), (4, ["two\nlines", "é"])]


def test_first_rows_are_read_whatever_the_encoding(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfid,word\n1,\xe9\n2,b\n")
    assert first_rows(path, "a.csv", 2) == [["id", "word"], ["1", "é"]]


def test_a_wrong_file_is_named_with_every_way_out(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,word\n".encode("utf-16"))
    with pytest.raises(InputError, match=r"^a\.csv: is not UTF-8 text; save it as .*, or move it elsewhere$"):
        first_rows(path, "a.csv", 2)
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(
        InputError, match=r"^a\.csv: is a zip archive, despite its name; unpack it, or move it"
    ):
        first_rows(path, "a.csv", 2)
    with pytest.raises(InputError, match=r"^a\.csv: is a zip archive, despite its name; unpack it$"):
        read_bytes(path, "a.csv")


def test_rows_that_say_nothing_are_not_counted(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("id,word,note\n1,,x\nNA, ,x\n\n,b,\n2\n")
    assert count_rows(path, ("id", "word"), {"", "NA"}) == 3
