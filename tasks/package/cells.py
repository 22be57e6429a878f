"""The rows of a sheet as XML, column by column.

XlsxWriter takes 7 µs for a cell, which is a minute for a large table, and writes a text that begins with
``<r>`` and ends with ``</r>`` into the file as it is, so that a hostile one could add what it likes. Here
every text is escaped, and a cell takes 1 µs. The form is that of ECMA-376, Part 1, 18.3 (SpreadsheetML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
MOST_LETTERS: Final = 32_767
"""UTF-16 units of a cell."""
_BLOCK: Final = 4_096
"""Rows that are written at a time."""
_TEXT: Final = pa.large_string()
_EXACT: Final = 999_999_999_999_999
"""Beyond this, a spreadsheet rounds an integer."""
_EPOCH: Final = 25_569
"""1 January 1970 as a spreadsheet counts days."""
_FIRST_DAY: Final = 61
"""1 March 1900: before it, Excel counts a 29 February that never was."""
_LAST_DAY: Final = 2_958_465
"""31 December 9999."""
_ESCAPED: Final = re.compile("(_)(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]|[&<>]")
_ODD: Final = "[_&<>\x00-\x08\x0b-\x1f\ufffe\uffff]"
"""What a text must have to be written otherwise than it is."""
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass
class Cut:
    """What of a table is not in its sheet.

    Attributes:
        rows: Rows beyond the last that a sheet has.
        texts: Texts of which the end is left out.
    """

    rows: int = 0
    texts: int = 0


def rows_of(table: pa.Table, styles: Mapping[str, int], cut: Cut, first: int = 2) -> Iterator[str]:
    """The rows of a table as elements ``row``, many in each text.

    Args:
        table: The rows.
        styles: The index of each column's format; 0 is none.
        cut: What is left out is added to it.
        first: The row of the sheet, from 1, in which the first is.
    """
    room = MOST_ROWS + 2 - first
    cut.rows += max(0, table.num_rows - room)
    shown = table.slice(0, room)
    for start in range(0, shown.num_rows, _BLOCK):
        block = shown.slice(start, _BLOCK).combine_chunks()
        number = pa.array(range(first + start, first + start + block.num_rows)).cast(_TEXT)
        cells = [
            _column(column.combine_chunks(), _Place(letters(place), number, styles.get(name, 0), cut))
            for place, (name, column) in enumerate(zip(block.column_names, block.columns, strict=True))
        ]
        yield "".join(_join('<row r="', number, '">', *cells, "</row>").to_pylist())


def letters(place: int) -> str:
    """The name of a column of a sheet, from 0.

    Example:
        >>> letters(0), letters(25), letters(26), letters(702)
        ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def escaped(text: str) -> str:
    r"""A text as XML that a spreadsheet shows as it is, control characters included.

    Example:
        >>> escaped("a<b\0_x0041_")
        'a&lt;b_x0000__x005F_x0041_'
    """

    def one(found: re.Match[str]) -> str:
        char = found[0]
        return _MARKUP.get(char) or ("_x005F_" if char == "_" else f"_x{ord(char):04X}_")

    return _ESCAPED.sub(one, text)


@dataclass(frozen=True)
class _Place:
    """Where a column of a block is.

    Attributes:
        name: The letters of the column.
        number: The numbers of the rows, as texts.
        style: The index of the format; 0 is none.
        cut: What is left out is added to it.
    """

    name: str
    number: pa.Array
    style: int
    cut: Cut

    def cells(self, values: pa.Array, start: str, end: str) -> pa.Array:
        """Elements ``c``; "" where there is no value."""
        opened = f'" s="{self.style}"{start}' if self.style else f'"{start}'
        return pc.fill_null(_join(f'<c r="{self.name}', self.number, opened, values, end), "")

    def numbers(self, values: pa.Array) -> pa.Array:
        """Cells of numbers."""
        return self.cells(values, "><v>", "</v></c>")

    def texts(self, column: pa.Array) -> pa.Array:
        """Cells of texts, each different one escaped once."""
        dictionary = column.dictionary_encode()
        known = dictionary.dictionary
        if pc.any(pc.match_substring_regex(known, _ODD)).as_py() or _longest(known) > MOST_LETTERS // 2:
            texts = known.to_pylist()
            known = pa.array(map(_shown, texts), _TEXT)
            if lost := [index for index, text in enumerate(texts) if _units(text) > MOST_LETTERS]:
                too_long = pc.is_in(dictionary.indices, pa.array(lost, dictionary.indices.type))
                self.cut.texts += pc.sum(too_long).as_py()
        # An empty text is no cell.
        known = pc.if_else(pc.equal(known, ""), pa.scalar(None, _TEXT), known)
        start = ' t="inlineStr"><is><t xml:space="preserve">'
        return self.cells(known.take(dictionary.indices), start, "</t></is></c>")

    def either(self, values: pa.Array, column: pa.Array, known: pa.Array) -> pa.Array:
        """Cells of numbers, and texts of the column where a spreadsheet does not know such a number."""
        if pc.all(pc.fill_null(known, True)).as_py():
            return self.numbers(values)
        missing = pa.scalar(None, _TEXT)
        cells = self.numbers(pc.if_else(known, values.cast(_TEXT), missing))
        return _join(cells, self.texts(pc.if_else(known, missing, column.cast(_TEXT))))


def _column(column: pa.Array, place: _Place) -> pa.Array:
    """The cells of a column; a missing value is no cell."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return place.cells(column.cast(pa.int8()), ' t="b"><v>', "</v></c>")
    if pa.types.is_floating(kind):
        return place.numbers(pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind)))
    if pa.types.is_integer(kind):
        if kind.bit_width < 64:
            return place.numbers(column)
        known = pc.less_equal(column, pa.scalar(_EXACT, kind))
        if pa.types.is_signed_integer(kind):
            known = pc.and_(known, pc.greater_equal(column, pa.scalar(-_EXACT, kind)))
        return place.either(column, column, known)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        days = _days(column)
        known = pc.and_(pc.greater_equal(days, _FIRST_DAY), pc.less(days, _LAST_DAY + 1))
        return place.either(days, column, known)
    return place.texts(_as_text(column))


def _days(column: pa.Array) -> pa.Array:
    """Days and times as a spreadsheet counts them."""
    if pa.types.is_date(column.type):
        return pc.add(column.cast(pa.int32()), _EPOCH)
    micro = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return pc.add(pc.divide(micro.cast(pa.float64(), safe=False), 86_400e6), float(_EPOCH))


def _join(*texts: pa.Array | str) -> pa.Array:
    """Texts and columns of texts one after another; missing where one is."""
    parts = [pa.scalar(text, _TEXT) if isinstance(text, str) else text.cast(_TEXT) for text in texts]
    return pc.binary_join_element_wise(*parts, pa.scalar("", _TEXT))


def _as_text(column: pa.Array) -> pa.Array:
    """A column of texts, or of lists of texts, one after another."""
    if pa.types.is_list(column.type):
        lines = [None if value is None else ", ".join(value) for value in column.to_pylist()]
        return pa.array(lines, _TEXT)
    return column.cast(_TEXT)


def _shown(text: str | None) -> str | None:
    """A text as XML, as much of it as a cell holds; an empty one is no cell."""
    if not text:
        return None
    if _units(text) > MOST_LETTERS:
        text = text.encode("utf-16-le")[: 2 * MOST_LETTERS].decode("utf-16-le", "ignore")
    return escaped(text)


def _longest(texts: pa.Array) -> int:
    """The characters of the longest text; 0 where there is none."""
    return pc.max(pc.utf8_length(texts)).as_py() or 0


def _units(text: str | None) -> int:
    """The UTF-16 units of a text."""
    if not text or len(text) <= MOST_LETTERS // 2:
        return 0
    return len(text) + sum(char > "\uffff" for char in text)
