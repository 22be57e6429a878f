"""What Arrow and the operating system say of a file, as faults that its owner understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from data import file_faults
from data.errors import InputError

_FIELDS: Final = re.compile(r"Expected (\d+) columns, got (\d+)")


@contextmanager
def reading(label: str) -> Iterator[None]:
    """Turn every error of a block that reads a file into the fault that it stands for.

    Args:
        label: How the file is named in the message.

    Raises:
        InputError: The block could not read the file.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise file_faults.not_utf8(label) from error
    except pa.ArrowInvalid as error:
        raise fault_of(label, error) from error
    except OSError as error:
        raise file_faults.unreadable(label, error) from error


def fault_of(label: str, error: pa.ArrowInvalid) -> InputError:
    """The fault of which Arrow complains.

    Example:
        >>> str(fault_of("acs.csv", pa.ArrowInvalid("Empty CSV file")))
        'acs.csv: is empty; hand in the file with its header and rows'
        >>> str(fault_of("acs.csv", pa.ArrowInvalid("CSV parse error: Expected 3 columns, got 2: 1,2")))
        'acs.csv: a row has 2 fields instead of 3; put quotes around a field that holds a comma'
    """
    words = " ".join(str(error).split())
    if "UTF8" in words or "utf-8" in words.lower():
        return file_faults.not_utf8(label)
    if "Empty CSV" in words:
        return file_faults.empty(label)
    if fields := _FIELDS.search(words):
        # Arrow numbers rows by block and not by file: the number would lead to another row.
        return file_faults.wrong_field_count(label, None, found=fields[2], wanted=fields[1])
    if "parquet" in words.lower():
        return file_faults.damaged(label, "Parquet")
    return InputError(f"{label}: cannot be read ({words[:200]}); save or copy it again")
