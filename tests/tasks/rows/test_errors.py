"""What libraries say of a file becomes a fault that its owner understands."""

from __future__ import annotations

import pyarrow as pa
import pytest

from data.errors import InputError
from tasks.rows.errors import reading


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "is not UTF-8 text; save it as"),
        (
            pa.ArrowInvalid("CSV conversion error to string: invalid UTF8 data"),
            "is not UTF-8 text; save it as",
        ),
        (pa.ArrowInvalid("Empty CSV file"), "is empty; hand in the file"),
        (pa.ArrowInvalid("Expected 3 columns, got 2: a,b"), "a row has 2 fields instead of 3; put quotes"),
        (
            pa.ArrowInvalid("Parquet magic bytes not found in footer"),
            "is not a Parquet file, or a damaged one",
        ),
        (pa.ArrowInvalid("something\nnew"), "cannot be read (something new); save or copy it again"),
        (
            FileNotFoundError(2, "No such file or directory"),
            "cannot be read (No such file or directory); check",
        ),
        (OSError("Truncated compressed stream"), "cannot be read (Truncated compressed stream); check its"),
    ],
)
def test_each_error_is_worded_as_its_fault(error: Exception, said: str):
    with pytest.raises(InputError) as raised, reading("posts/a.csv"):
        raise error
    assert str(raised.value).startswith(f"posts/a.csv: {said}")
    assert "\n" not in str(raised.value)


def test_other_errors_and_faults_pass_unchanged():
    for error in (InputError("posts/a.csv: row 3"), KeyError("id")):
        with pytest.raises(type(error)) as raised, reading("posts/a.csv"):
            raise error
        assert raised.value is error
