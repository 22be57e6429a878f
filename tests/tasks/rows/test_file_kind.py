"""What a file is by its first bytes."""

from __future__ import annotations

import pytest

from data import file_faults
from data.errors import InputError
from tasks.rows.file_kind import check_kind, kind_of


@pytest.mark.parametrize(
    ("head", "name", "packed"),
    [
        (b"PK\x03\x04" + bytes(26) + b"a.csv", "a zip archive", True),
        (b"PK\x05\x06", "a zip archive", True),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "an Excel workbook", False),
        (b"\xd0\xcf\x11\xe0", "an Excel workbook", False),
        (b"\x1f\x8b\x08", "a gzip file", True),
        (b"7z\xbc\xaf", "a 7z archive", True),
        (b"Rar!", "a RAR archive", True),
        (b"!BDN", "a mailbox", False),
        (b"\xef\xbb\xbf\r\n <HTML>", "a web page", False),
    ],
)
def test_a_kind_is_known_by_its_first_bytes(head: bytes, name: str, packed: bool):
    kind = kind_of(head)
    assert kind is not None
    assert (kind.name, kind.packed) == (name, packed)


@pytest.mark.parametrize("head", [b"", b"id,date\n", b"<id>,date\n", b"PK,date\n"])
def test_text_is_of_no_kind(head: bytes):
    assert kind_of(head) is None
    check_kind(head, "a.csv")


def test_the_error_names_the_kind_and_every_way_out():
    with pytest.raises(InputError) as error:
        check_kind(b"Rar!", "census/sources/a.csv", ", or move it elsewhere")
    assert str(error.value) == (
        "census/sources/a.csv: is a RAR archive, despite its name; unpack it, or move it elsewhere"
    )


def test_a_workbook_that_is_called_one_is_not_said_to_be_another():
    said = str(file_faults.wrong_kind("posts/a.xlsx", "an Excel workbook", "save its sheet"))
    assert said == "posts/a.xlsx: is an Excel workbook; save its sheet"
