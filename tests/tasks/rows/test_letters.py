"""The bytes of a column of text, whatever part of a larger one it is."""

from __future__ import annotations

import pyarrow as pa

from tasks.rows.letters import has_letter, letters_of


def test_a_slice_has_its_own_letters_only():
    letters, starts = letters_of(pa.array(["x+", "é", None, "b", "+"])[1:4])
    assert (letters.tobytes(), starts.tolist()) == ("éb".encode(), [0, 2, 2, 3])
    assert not has_letter(pa.array(["+", "a", "+"])[1:2], "+")


def test_a_column_without_a_text_has_none():
    for nothing in (pa.array([], pa.string()), pa.nulls(2).cast(pa.string()), pa.array(["", ""])):
        letters, starts = letters_of(nothing)
        assert (len(letters), starts.tolist()) == (0, [0] * (len(nothing) + 1))
        assert not has_letter(nothing, ".")
