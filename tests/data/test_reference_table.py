"""Reference tables: fixed columns, and rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import InputError
from data.reference_table import read_rows, words_of


def test_blank_lines_are_skipped_and_do_not_shift_the_numbers(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("\ufeffname , code\r\n A,B \r\n\r\nC,\r\n,\r\n\r\n", encoding="utf-8")
    assert read_rows(path, ("name", "code")) == [(2, ["A", "B"]), (4, ["C", ""])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "row 1: the columns are missing; write name,code"),
        (b"code,name\n", "row 1: the columns are code,name; write name,code"),
        (b"name,code\n\nA\n", "row 3 has 1 field instead of 2; put quotes around"),
        (b"name,code\nA,\xe9\n", "is not UTF-8 text (byte 12); save it as"),
    ],
)
def test_what_is_wrong_is_named_with_the_fix(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_rows(path, ("name", "code"))
    assert str(error.value).startswith(f"{path}: {said}")


def test_a_file_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(InputError, match=r"a\.csv: cannot be read \(No such file or directory\)"):
        read_rows(tmp_path / "a.csv", ("name",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,code\nCafé,1\n".encode(), ""),
        ("name;code\nCafé;1\n".encode("cp1252"), "semicolons, Windows-1252"),
        ("name\tcode\nCafé\t1\n".encode("utf-16"), "tabs, UTF-16"),
    ],
)
def test_a_table_that_a_person_hands_in_is_read_as_spreadsheets_save_it(
    tmp_path: Path, content: bytes, words: str
):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert read_rows(path, ("name", "code"), "a.csv", handed_in=True) == [(2, ["Café", "1"])]
    assert words_of(path, ("name", "code"), "a.csv") == words


@pytest.mark.parametrize(
    "content", [b"\0" * 50_000, b"a,b\0\xff", b"x" * 500_000, b",".join([b"c"] * 100_000)]
)
def test_what_is_no_such_table_is_one_line_that_people_can_read(tmp_path: Path, content: bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_rows(path, ("name", "code"), "a.csv", handed_in=True)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 1_000
