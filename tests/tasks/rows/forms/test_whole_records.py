"""Pieces of a CSV end where records end: compared with a reader that goes letter by letter."""

from __future__ import annotations

import io
import random

import pytest

from tasks.rows.forms.whole_records import EndlessRecordError, WholeRecords, end_of_records


def letter_by_letter(text: bytes, separator: int) -> tuple[int, int]:
    """The rules of Arrow's parser, as plainly as they can be written."""
    state, end, at, mark = "begin", 0, 0, -1
    ends = b"\n" if b"\n" in text else b"\r"
    while at < len(text):
        letter = text[at : at + 1]
        if state == "begin" and letter == b'"':
            state, mark = "quoted", at
        elif state == "quoted":
            if letter == b'"' and text[at + 1 : at + 2] == b'"':
                at += 1
            elif letter == b'"':
                state = "field"
        elif letter in {bytes([separator]), b"\n", b"\r"}:
            state = "begin"
            end = at + 1 if letter == ends else end
        else:
            state = "field"
        at += 1
    return end, mark if state == "quoted" else -1


@pytest.mark.long
@pytest.mark.parametrize("separator", [",", "\t"])
def test_records_end_where_a_plain_reader_says(separator: str):
    dice = random.Random(12)
    letters = f'"{separator}\nx"{separator}\n"x\r'.encode()
    for _ in range(20_000):
        text = bytes(dice.choice(letters) for _ in range(dice.randrange(16)))
        assert end_of_records(text, ord(separator)) == letter_by_letter(text, ord(separator)), text


@pytest.mark.parametrize("size", [8, 9, 20, 1000])
def test_pieces_are_whole_records_and_together_the_text(size: int):
    rows = [b'1,"a\n"\n', b"2,b\n", b'3,"",\n', b'4,5" x\n', b"\n\n", b'"x",y\n']
    text = b"".join(rows * 9)
    pieces = list(map(bytes, WholeRecords(io.BytesIO(text), ",", size)))
    assert b"".join(pieces) == text
    whole = 0
    for piece in pieces[:-1]:
        whole += len(piece)
        assert letter_by_letter(text[:whole], ord(",")) == (whole, -1)


@pytest.mark.parametrize(("end", "swallows"), [(b'2,"b\nc', True), (b'2,"b\n', False), (b'2,"b\nc"', False)])
def test_a_mark_that_is_never_closed_and_swallows_lines_is_noticed(end: bytes, swallows: bool):
    records = WholeRecords(io.BytesIO(b"1,a\n" + end), ",", 100)
    list(records)
    assert records.swallows is swallows


def test_a_record_without_end_is_not_read_to_its_end():
    stream = io.BytesIO(b'1,a\n2,"' + b"x\n" * 10_000)
    with pytest.raises(EndlessRecordError):
        list(WholeRecords(stream, ",", 100))
    assert stream.tell() < 500
