"""The year in which a post was written, from times as apps and spreadsheets write them (method 6.4).

Accepted forms:

- text in ISO 8601, with ``T`` or a blank between date and time, with or without seconds and fractions, or a
  date alone; an offset may follow (``Z``, ``+02:00``, ``+0200``, ``+02``), or a word for one (`` UTC``,
  `` GMT``, `` PST`` and the others of RFC 5322, 4.3);
- timestamps and dates of Parquet, with or without a zone;
- numbers (a column of integers or floats, or text of digits only): seconds since 1970 in UTC, from 1973 to
  2099, or milliseconds, from 1980 to 2099. No number can be both; whether a file has both is seen when it is
  read (:mod:`tasks.posts.odd_rows`).

A time with an offset is converted to the configured zone; one without is read in that zone, so that its year
is the year that is written there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rows.letters import letters_of

Complaint = Callable[[int, object], Exception]
"""Makes the error for a row (0 is the first of the array) and the value that is not a time."""

_EARLIEST: Final = 100_000_000
"""1973-03-03 in seconds since 1970; a smaller number is a date like 20190701, not the time of a post."""

_LATEST: Final = 4_102_444_800
"""2100-01-01; a larger number counts milliseconds, or is not a time."""

_EARLIEST_MS: Final = 315_532_800_000
"""1980-01-01 in milliseconds since 1970; of smaller ones, 201907011230 is a date and no time of a post."""

SECONDS: Final = "seconds"
MILLISECONDS: Final = "milliseconds"

_WORDS: Final = {
    "UTC": "Z", "GMT": "Z", "UT": "Z", "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00",
    "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00",
}  # fmt: skip
"""What the words for offsets mean (RFC 5322, 4.3)."""

_COLON: Final = 13
"""Where the colon behind the hour is."""

_MINUTES: Final = len("2019-07-01T12:30Z")

Units = dict[str, npt.NDArray[np.bool_]]
"""By unit, which rows count time in it; only units that some row has."""

Moments = tuple[pa.Array, pa.Array]
"""Years (int32) in the configured zone, and the numbers (int64) by which the times of a file are told apart:
microseconds since 1970, in UTC or as if a time without an offset were; of timestamps, in their own unit."""

_SHAPE: Final = (
    r"^(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<minute>[0-9]{2}:[0-9]{2})(?P<second>:[0-9]{2})?(?:[.,](?P<fraction>[0-9]+))?)?"
    r" ?(?P<offset>Z|UTC|GMT|UT|[ECMP][SD]T|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_DIGITS: Final = r"^\s*[0-9]{4,}(\.[0-9]*)?\s*$"
_OFFSET: Final = r"[0-9]{2}:[0-9]{2}.*(Z|[+-][0-9:]{2,5})$"


def years(values: pa.Array, timezone: str, complaint: Complaint) -> pa.Array:
    """The year of each time in the configured zone.

    Args:
        values: The column ``created_at``: text, timestamps, dates or numbers.
        timezone: IANA name of the zone in which times without an offset are read, and years taken.
        complaint: Makes the error to raise for a value that is not a time.

    Returns:
        Years (int32); missing where the value is missing or empty.

    Raises:
        Exception: As ``complaint`` makes it.

    Example:
        >>> times = pa.array(["2020-01-01T00:30:00+02:00", "2020-01-01 00:30", ""])
        >>> years(times, "UTC", lambda row, value: ValueError(value)).to_pylist()
        [2019, 2020, None]
    """
    return read_times(values, timezone, complaint)[0][0]


def read_times(values: pa.Array, timezone: str, complaint: Complaint) -> tuple[Moments, Units]:
    """The year of each time, as :func:`years`, its moment, and which rows count time in which unit.

    Args:
        values: The column ``created_at``.
        timezone: IANA name of the zone.
        complaint: Makes the error to raise for a value that is not a time.

    Raises:
        Exception: As ``complaint`` makes it.

    Example:
        >>> times = pa.array(["1546300800000", "2019-01-01"])
        >>> (_, moments), units = read_times(times, "UTC", lambda row, value: ValueError(value))
        >>> units["milliseconds"].tolist(), len(set(moments.to_pylist()))
        ([True, False], 1)
    """
    units: Units = {}
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if pa.types.is_null(kind):
        return (values.cast(pa.int32()), values.cast(pa.int64())), units
    if pa.types.is_timestamp(kind):
        return _of_timestamps(values, timezone), units
    if pa.types.is_date(kind):
        days = pa.int32() if pa.types.is_date32(kind) else pa.int64()
        return (pc.year(values).cast(pa.int32()), values.cast(days).cast(pa.int64())), units
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    values = values if numeric else values.cast(pa.string())

    def read(some: pa.Array) -> Moments:
        units.clear()
        return _of_numbers(some, timezone, units) if numeric else _of_text(some, timezone, units)

    try:
        return read(values), units
    except pa.ArrowInvalid:
        row = _first_wrong(values, read)
        raise complaint(row, values[row].as_py()) from None


def understood(kind: pa.DataType) -> bool:
    """Whether a column of this type can hold times.

    Example:
        >>> understood(pa.string()), understood(pa.bool_())
        (True, False)
    """
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_timestamp,
             pa.types.is_date, pa.types.is_integer, pa.types.is_floating, pa.types.is_null)  # fmt: skip
    return any(test(kind) for test in tests)


def _of_timestamps(values: pa.Array, timezone: str) -> Moments:
    if values.type.tz is not None:
        values = values.cast(pa.timestamp(values.type.unit, timezone))
    return pc.year(values).cast(pa.int32()), values.cast(pa.int64())


def _of_numbers(values: pa.Array, timezone: str, units: Units) -> Moments:
    numbers = pc.floor(values.cast(pa.float64(), safe=False))
    seconds = pc.and_(pc.greater_equal(numbers, _EARLIEST), pc.less(numbers, _LATEST))
    thousandths = pc.and_(pc.greater_equal(numbers, _EARLIEST_MS), pc.less(numbers, 1000 * _LATEST))
    if not pc.all(pc.fill_null(pc.or_(seconds, thousandths), True), min_count=0).as_py():
        raise pa.ArrowInvalid("beyond any time of a post")
    for unit, rows in ((SECONDS, seconds), (MILLISECONDS, thousandths)):
        found = pc.fill_null(rows, False).to_numpy(zero_copy_only=False)
        if found.any():
            units[unit] = found
    counted = pc.if_else(thousandths, pc.floor(pc.divide(numbers, 1000.0)), numbers)
    moments = counted.cast(pa.int64()).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))
    return _of_timestamps(moments, timezone)


def _of_text(text: pa.Array, timezone: str, units: Units) -> Moments:
    """Try the plain form for all, which is the cheapest; then form by form."""
    if _all_in_utc(text):
        # As nearly all files are written: nothing need be asked of each time.
        try:
            return _of_timestamps(text.cast(pa.timestamp("us", "UTC")), timezone)
        except pa.ArrowInvalid:
            pass
    none = pa.scalar(None, pa.string())
    text = pc.if_else(pc.equal(text, ""), none, text)
    try:
        return _of_plain(text, timezone)
    except pa.ArrowInvalid:
        pass
    digits = pc.fill_null(pc.match_substring_regex(text, _DIGITS), False)
    counted = pc.if_else(digits, pc.utf8_trim_whitespace(text), none).cast(pa.float64())
    written = _of_plain(_plain(pc.if_else(digits, none, text)), timezone)
    return _either(written, _of_numbers(counted, timezone, units))


def _either(one: Moments, other: Moments) -> Moments:
    """The first, and where a row has none the other."""
    return pc.coalesce(one[0], other[0]), pc.coalesce(one[1], other[1])


def _all_in_utc(text: pa.Array) -> bool:
    """Whether each time has a colon behind its hour, and a Z at its end, so that Arrow reads it as a moment.

    Of hours alone, which are not accepted, Arrow would make a moment, too.
    """
    letters, starts = letters_of(text)
    if text.null_count or not len(text) or np.diff(starts).min() < _MINUTES:
        return False
    return bool(
        (letters[starts[:-1] + _COLON] == ord(":")).all() and (letters[starts[1:] - 1] == ord("Z")).all()
    )


def _of_plain(text: pa.Array, timezone: str) -> Moments:
    """Times of text that Arrow reads: ISO 8601 with at most 6 digits behind the second."""
    none = pa.scalar(None, pa.string())
    offset = pc.fill_null(pc.match_substring_regex(text, _OFFSET), False)
    here = _of_timestamps(pc.if_else(offset, none, text).cast(pa.timestamp("us")), timezone)
    if not pc.any(offset, min_count=0).as_py():
        return here
    there = pc.if_else(offset, text, none).cast(pa.timestamp("us", "UTC"))
    return _either(here, _of_timestamps(there, timezone))


def _plain(text: pa.Array) -> pa.Array:
    """Bring the forms that Arrow does not read into the one that it does; fractions are left out."""
    trimmed = pc.utf8_trim_whitespace(text)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    groups = pc.extract_regex(pc.utf8_upper(trimmed), _SHAPE)
    wrong = pc.and_(pc.is_null(groups), pc.is_valid(trimmed))
    if pc.any(wrong, min_count=0).as_py():
        raise pa.ArrowInvalid("not a time")
    date, minute, second, offset = (
        pc.struct_field(groups, name) for name in ("date", "minute", "second", "offset")
    )
    # A group that did not match comes back as empty text.
    minute = pc.if_else(pc.equal(minute, ""), "00:00", minute)
    second = pc.if_else(pc.equal(second, ""), ":00", second)
    for word, meant in _WORDS.items():
        offset = pc.if_else(pc.equal(offset, word), meant, offset)
    return pc.binary_join_element_wise(date, pc.binary_join_element_wise(minute, second, offset, ""), "T")


def _first_wrong(values: pa.Array, read: Callable[[pa.Array], pa.Array]) -> int:
    """The index of the first value that cannot be read: all before it can, so halving finds it."""
    good, bad = 0, len(values)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            read(values.slice(good, middle - good))
            good = middle
        except pa.ArrowInvalid:
            bad = middle
    return good
