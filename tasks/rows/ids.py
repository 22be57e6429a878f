"""Ids of rows: as text whatever their type, in buckets by a hash, and which of equal ones comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data import file_faults
from tasks.rows.letters import has_letter, letters_of
from tasks.rows.reader import OddRows, noted

_ROUNDED: Final = (
    r"^-?(?:[0-9]+(?:[.,][0-9]*)?[eEdD]\+[0-9]+"  # a spreadsheet, Python, R
    r"|[0-9]+[.,][0-9]*[eEdD](?:[7-9]|[1-9][0-9]+)"  # Java
    r"|(?:9[0-9]{15}|[0-9]{17,})\.0+)$"  # a database, of a floating-point number
)
"""How programs write a number that is too long for them; what is left of an id is not its own."""

_EXPONENT: Final = r"^[1-9][0-9]*[eE]0?(?:[7-9]|[1-3][0-9])$"
"""How other programs (SAS) write one; but an id of letters and digits may look so, too."""

_OTHER_LETTER: Final = r"[A-Za-z]"

_LONG_AND_ROUND: Final = re.compile(r"[1-9][0-9]{14}0+")
"""A number of which a spreadsheet kept 15 digits."""

_TOO_NARROW: Final = re.compile(r"#{2,}")
"""What a spreadsheet shows, and saves, of a number that is wider than its column."""

EXPONENTS: Final = "exponents"
"""Ids that can be read as a number that was rounded."""

LETTERS: Final = "letters"
"""Ids with letters that are no such number."""

_EXACT: Final = {16: 2.0**11, 32: 2.0**24, 64: 2.0**53}
"""By the bits of a float: beyond it, neighbouring whole numbers are one (IEEE 754)."""


def as_text(values: pa.Array, label: str, name: str, before: int = 0) -> pa.Array:
    """Identifiers as text, so that 7, "7" and the 7.0 of a column with gaps are one.

    Args:
        values: Text or numbers.
        label: How the file is named in an error.
        name: The column's name.
        before: Rows of the file before these.

    Returns:
        The same as string, without blanks around them; missing where a value is, or holds nothing else.

    Raises:
        InputError: The column holds something else, or an id that was rounded, by a spreadsheet or as a
            float.

    Example:
        >>> as_text(pa.array([7.0, None, 8.5]), "a.parquet", "id").to_pylist()
        ['7', None, '8.5']
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_decimal(values.type) and values.type.scale <= 0:
        values = values.cast(pa.string())  # how databases export whole numbers
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        _check_exact(values, label, name, before)
        if pc.all(pc.equal(values, pc.floor(values)), min_count=0).as_py():
            values = values.cast(pa.int64())
    numeric = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    textual = any(
        test(values.type) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )
    if not (numeric or textual or pa.types.is_null(values.type)):
        raise file_faults.wrong_type(label, name, values.type, "text or numbers", "save it as text")
    text = _trimmed(values.cast(pa.string()))
    # Hardly an id has a plus, a point or a comma.
    if has_letter(text, "+") or has_letter(text, ".") or has_letter(text, ","):
        rounded = pc.fill_null(pc.match_substring_regex(text, _ROUNDED), False)
        if pc.any(rounded, min_count=0).as_py():
            row = pc.index(rounded, True).as_py()
            raise file_faults.rounded_id(label, name, before + row + 1, text[row].as_py())
    if has_letter(text, ".") and pc.any(pc.ends_with(text, ".0"), min_count=0).as_py():
        text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0$", r"\1")
    return text


def _trimmed(text: pa.Array) -> pa.Array:
    """Texts without blanks around them, as of columns of one width; missing where nothing is left.

    Else a post of two files, one of which has the blanks, would be two.
    """
    if has_letter(text, " "):
        text = pc.utf8_trim_whitespace(text)
    if (np.diff(letters_of(text)[1]) == 0).any():
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return text


def _check_exact(values: pa.Array, label: str, name: str, before: int) -> None:
    """See that each number stands for one whole number alone."""
    most = pa.scalar(_EXACT[values.type.bit_width], values.type)
    inexact = pc.fill_null(pc.greater_equal(pc.abs(values), most), False)
    if pc.any(inexact, min_count=0).as_py():
        row = pc.index(inexact, True).as_py()
        raise file_faults.rounded_id(label, name, before + row + 1, values[row].as_py())


def cut_by_a_spreadsheet(value: str) -> str:
    """Why an id that several rows share is theirs no more, and what to do; empty where it does not show.

    Example:
        >>> cut_by_a_spreadsheet("500000000000123000"), cut_by_a_spreadsheet("2500001")
        ('behind its 15th digit are zeros, as a spreadsheet leaves them: export ids as text', '')
    """
    if _LONG_AND_ROUND.fullmatch(value):
        return "behind its 15th digit are zeros, as a spreadsheet leaves them: export ids as text"
    if _TOO_NARROW.fullmatch(value):
        return "a spreadsheet shows this of a number wider than its column: export ids as text"
    return ""


def odd_ids(ids: pa.Array, before: int) -> list[OddRows]:
    """Ids of a block that only the whole column shows to be rounded numbers, or not.

    Args:
        ids: Text.
        before: Rows of the file before these.

    Returns:
        Rows whose id is a number with an exponent, as ``5E17``, and rows whose id has other letters.

    Example:
        >>> [(each.kind, each.rows) for each in odd_ids(pa.array(["5E17", "2F1", "77"]), 0)]
        [('exponents', 1), ('letters', 1)]
        >>> odd_ids(pa.array(["1E5", "77"]), 0)  # no program writes 100,000 so
        [OddRows(kind='letters', rows=1, first=1, value='')]
    """
    if not (letters_of(ids)[0] >= ord("A")).any():
        return []  # digits alone
    numbers = _where(pc.match_substring_regex(ids, _EXPONENT))
    letters = _where(pc.match_substring_regex(ids, _OTHER_LETTER)) & ~numbers
    found = []
    if numbers.any():
        found.append(noted(EXPONENTS, numbers, before, str(ids[int(numbers.argmax())].as_py())))
    if letters.any():
        found.append(noted(LETTERS, letters, before))
    return found


def check_ids(label: str, name: str, odd: Iterable[OddRows]) -> None:
    """See that the ids of a file are no rounded numbers, by the whole column.

    Ids with an exponent are numbers that lost their last digits, unless more ids of the file have other
    letters: then the E is a letter, too.

    Args:
        label: How the file is named in an error.
        name: The column's name.
        odd: What all blocks of the file noted.

    Raises:
        InputError: They are; the message names the first.

    Example:
        >>> check_ids("a.csv", "id", odd_ids(pa.array(["5E17", "77"]), 0))
        Traceback (most recent call last):
        data.errors.InputError: a.csv: column id, row 1: '5E17' is a rounded number, and no id any more; export ids as text
    """  # noqa: E501
    found = {each.kind: each for each in odd}
    numbers = found.get(EXPONENTS)
    if numbers is not None and numbers.rows > (found[LETTERS].rows if LETTERS in found else 0):
        raise file_faults.rounded_id(label, name, numbers.first, numbers.value)


def _where(matches: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(matches, False).to_numpy(zero_copy_only=False), np.bool_)


def ids_of(values: pa.Array, label: str, name: str, before: int, fix: str) -> pa.Array:
    """The ids of a block, as text, when each row has one.

    Args:
        values: Text or numbers.
        label: How the file is named in an error.
        name: The column's name.
        before: Rows of the file before this block.
        fix: What to do, for the error.

    Returns:
        The ids (string), none missing.

    Raises:
        InputError: A row has none, or the column holds neither text nor numbers.

    Example:
        >>> ids_of(pa.array(["a", None]), "posts/a.csv", "id", 100, "a post needs one")
        Traceback (most recent call last):
        data.errors.InputError: posts/a.csv: column id, row 102: is empty; a post needs one
    """
    ids = as_text(values, label, name, before)
    if ids.null_count:
        row = before + pc.index(pc.is_null(ids), True).as_py() + 1
        raise file_faults.empty_value(label, name, row, fix)
    return ids


def buckets_of(ids: pa.ChunkedArray, buckets: int) -> npt.NDArray[np.int16]:
    """The bucket of each id: the same on every machine and in every run.

    Args:
        ids: Ids (string).
        buckets: How many there are.

    Returns:
        Numbers from 0 to ``buckets - 1``.

    Example:
        >>> bool((buckets_of(pa.chunked_array([["a", "b", "a"]]), 4) < 4).all())
        True
    """
    values = ids.to_numpy().astype(object)
    import pandas as pd  # slow to load: a run that finds all kept hashes no id

    hashes = pd.util.hash_array(values, categorize=False)
    return (hashes % np.uint64(buckets)).astype(np.int16)


def first_of_each(ids: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Whether each id is the first of its kind.

    Args:
        ids: Ids, none missing.

    Example:
        >>> first_of_each(pa.chunked_array([["b", "a", "b", "c"]])).tolist()
        [True, True, False, True]
    """
    coded = ids.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = np.asarray(coded.indices)
    # Codes are given in order of appearance: a row is a first one where its code is beyond all before.
    highest = np.maximum.accumulate(codes) if len(codes) else codes
    return np.concatenate(([True], codes[1:] > highest[:-1])) if len(codes) else np.empty(0, np.bool_)
