"""The days of a column of dates, whatever type the column has (method 9.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tasks.crime.dates import TIME_OF_DAY, day_of

_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_LAST_MILLISECOND: Final = 4_102_444_800_000
_FIRST_MILLISECOND: Final = 100_000_000_000


class NotADateError(ValueError):
    """A value of a column is not a date.

    Attributes:
        index: Where it is; 0 is the first.
        text: What is written there.
    """

    def __init__(self, index: int, text: str) -> None:
        super().__init__(f"{text!r} is not a date")
        self.index, self.text = index, text


@dataclass(frozen=True)
class DateForm:
    """How the dates of a file are read.

    Attributes:
        order: Which of two numbers is the month; "" where no date of the file depends on it.
        format: The format of ``strptime`` that the settings name, or None.
        zone: The IANA time zone to which moments are converted, or None.
        shown_by: The row, from 1, and the date that show the order; None where the layout or nothing says it.
    """

    order: str = ""
    format: str | None = None
    zone: str | None = None
    shown_by: tuple[int, str] | None = None

    def days(self, values: pa.Array) -> pa.Array:
        """The day of each date.

        Args:
            values: Text, numbers, dates or timestamps.

        Returns:
            The days (date32); missing where the value is missing or blank.

        Raises:
            NotADateError: A value is not a date.
            TypeError: The column can hold no dates.

        Example:
            >>> DateForm("month first").days(pa.array(["1/2/2019 3:00 PM", None])).to_pylist()
            [datetime.date(2019, 1, 2), None]
        """
        if pa.types.is_timestamp(values.type) and self.zone and values.type.tz:
            values = values.cast(pa.timestamp("ms", self.zone))
        if pa.types.is_timestamp(values.type):
            return pc.cast(pc.local_timestamp(values) if values.type.tz else values, pa.date32(), safe=False)
        if pa.types.is_date(values.type):
            return values.cast(pa.date32())
        if self.format is None and self.zone is None and (quick := _milliseconds(values)) is not None:
            return quick
        return self._days_of_texts(texts_of(values))

    def _days_of_texts(self, texts: pa.Array) -> pa.Array:
        # Files hold each date many times, and each day with many times of day: each is read once per block.
        coded = texts.dictionary_encode()
        written = coded.dictionary
        if self.format is None and self.zone is None:
            written = without_time(written)
        days_of_written = written.dictionary_encode()
        days: list[date | None] = []
        for code, text in enumerate(days_of_written.dictionary.to_pylist()):
            try:
                days.append(day_of(text, self.order, self.format, self.zone))
            except (ValueError, OverflowError):
                wrong = pc.index(days_of_written.indices, code).as_py()
                index = pc.index(coded.indices, wrong).as_py()
                raise NotADateError(index, texts[index].as_py()) from None
        taken = pc.take(pa.array(days, pa.date32()), days_of_written.indices)
        return pc.take(taken, coded.indices)


def texts_of(values: pa.Array) -> pa.Array:
    """A column as text, whole numbers without a point.

    Raises:
        TypeError: It holds neither text nor numbers.

    Example:
        >>> texts_of(pa.array([1551657600000.0, None])).to_pylist()
        ['1551657600000', None]
    """
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if any(test(values.type) for test in _TEXTS) or pa.types.is_null(values.type):
        return values.cast(pa.string())
    if pa.types.is_floating(values.type):
        known = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        whole = pc.all(pc.equal(known, pc.floor(known)), min_count=0).as_py()
        return (known.cast(pa.int64(), safe=False) if whole else known).cast(pa.string())
    if pa.types.is_integer(values.type):
        return values.cast(pa.string())
    raise TypeError(f"{values.type} holds no dates")


def without_time(texts: pa.Array) -> pa.Array:
    """Dates as text without blanks around them and without their time of day.

    Example:
        >>> without_time(pa.array([" 2019-03-04T05:05:00.000Z", "2019 Mar 04 12:00:00 AM"])).to_pylist()
        ['2019-03-04', '2019 Mar 04']
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(trimmed, TIME_OF_DAY, ""))


def different(texts: pa.Array) -> Iterator[tuple[int, str]]:
    """The dates of a column that differ in their day, each with the index where it stands first.

    Example:
        >>> list(different(pa.array(["1/2/2019 3:00", "1/2/2019 4:00", "1/3/2019"])))
        [(0, '1/2/2019 3:00'), (2, '1/3/2019')]
    """
    coded = without_time(texts).dictionary_encode()
    seen: set[int] = set()
    for index, code in enumerate(coded.indices.to_pylist()):
        if code is not None and code not in seen:
            seen.add(code)
            yield index, texts[index].as_py()
            if len(seen) == len(coded.dictionary):
                return


def _milliseconds(values: pa.Array) -> pa.Array | None:
    """Days of milliseconds since 1970, as portals give them to programs; None where it is anything else."""
    first = next((value for value in values[:100].to_pylist() if value), None)
    if first is None or (isinstance(first, str) and not first.isdigit()):
        return None
    try:
        numbers = values.cast(pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    span = pc.min_max(numbers).as_py()
    if span["min"] is None or span["min"] < _FIRST_MILLISECOND or span["max"] >= _LAST_MILLISECOND:
        return None
    return pc.cast(numbers.cast(pa.timestamp("ms")), pa.date32(), safe=False)
