"""The faults of a file that a person hands in, each worded once: which file, where in it, and the fix.

Every function gives the :class:`~data.errors.InputError` to raise. ``label`` is how the file is named to its
owner: its path inside the investigation folder, as ``posts/2019.csv``. Rows are counted from 1, without the
header.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import Final

from data.errors import InputError
from data.printable import escaped, shortened

RENAME: Final = "rename the column that holds it"
"""The fix for a missing column, unless its reader knows a better one."""

_LONG: Final = 60
"""So many letters of a name, or of a value, are shown."""

_MANY: Final = 40
"""So many columns of a file are named in an error."""


def unreadable(label: str, error: OSError) -> InputError:
    """The operating system cannot open or read the file.

    Example:
        >>> str(unreadable("census/acs.csv", PermissionError(13, "Permission denied")))
        'census/acs.csv: cannot be read (Permission denied); check its permissions, or copy the file again'
    """
    reason = error.strerror or shown(error)
    return InputError(f"{label}: cannot be read ({reason}); check its permissions, or copy the file again")


def empty(label: str) -> InputError:
    """The file holds nothing."""
    return InputError(f"{label}: is empty; hand in the file with its header and rows")


def blank(label: str, size: int) -> InputError:
    """The file begins with nothing but blanks and line ends, and a lot of them.

    Example:
        >>> str(blank("posts/a.csv", 1 << 20))
        'posts/a.csv: begins with 1 MB of blank lines; copy or download it again'
    """
    return InputError(f"{label}: begins with {size >> 20} MB of blank lines; copy or download it again")


def grows(label: str, size: int, packed: int) -> InputError:
    """A packed file becomes larger than any table does that is unpacked.

    Args:
        label: How the file is named in the message.
        size: Its bytes so far, unpacked.
        packed: The bytes that they were made of.

    Example:
        >>> str(grows("posts/a.csv.gz", 500 << 20, 1 << 20))
        'posts/a.csv.gz: grows 500 times and more when it is unpacked, which no table does; download it again'
    """
    times = size // max(packed, 1)
    return InputError(
        f"{label}: grows {times:,} times and more when it is unpacked, which no table does; download it again"
    )


def encrypted(label: str) -> InputError:
    """The file is encrypted."""
    return InputError(f"{label}: is encrypted; hand it in without a password")


def not_one_table(label: str, there: str) -> InputError:
    """A zip archive holds no table, or several.

    Args:
        label: How the file is named in the message.
        there: What it holds, as "2 files (a.csv, b.csv)".
    """
    return InputError(
        f"{label}: a zip archive with {there}, not with one table; unpack it, and keep the table"
    )


def not_utf8(label: str, byte: int | None = None, or_else: str = "") -> InputError:
    """The file is text in another encoding.

    Args:
        label: How the file is named in the message.
        byte: Where the first wrong byte is, if known.
        or_else: What else can be done, as ", or move it elsewhere".

    Example:
        >>> str(not_utf8("posts/2019.csv"))
        'posts/2019.csv: is not UTF-8 text; save it as "CSV UTF-8"'
    """
    where = "" if byte is None else f" (byte {byte})"
    return InputError(f'{label}: is not UTF-8 text{where}; save it as "CSV UTF-8"{or_else}')


def wrong_kind(label: str, kind: str, fix: str) -> InputError:
    """The content is not what the name says, as a workbook that is called .csv.

    Args:
        label: How the file is named in the message.
        kind: What it is, as "an Excel workbook".
        fix: What to do about it.
    """
    own = {"an Excel workbook": (".xls", ".xlsx"), "a zip archive": (".zip",)}.get(kind, (" ",))
    said = "" if label.lower().endswith(own) else ", despite its name"
    return InputError(f"{label}: is {kind}{said}; {fix}")


def wrong_suffix(label: str, suffixes: tuple[str, ...]) -> InputError:
    """The name ends in none of the suffixes that can be read.

    Example:
        >>> str(wrong_suffix("posts/a.json", (".csv", ".csv.gz", ".parquet")))
        'posts/a.json: is not a .csv, .csv.gz or .parquet file; save it as one, or move it elsewhere'
    """
    known = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
    return InputError(f"{label}: is not a {known} file; save it as one, or move it elsewhere")


def damaged(label: str, kind: str) -> InputError:
    """The file ends too early, or its bytes are not of the kind that its name says.

    Args:
        label: How the file is named in the message.
        kind: What it should be, as "Parquet".
    """
    return InputError(f"{label}: is not a {kind} file, or a damaged one; copy or download it again")


def not_csv(label: str, reason: object, row: int | None = None, or_else: str = "") -> InputError:
    """The text cannot be split into rows and fields."""
    where = "" if row is None else f" row {row}:"
    fix = f"save or download the file again{or_else}"
    return InputError(f"{label}:{where} cannot be read as CSV ({shown(reason)}); {fix}")


def wrong_field_count(
    label: str, row: int | None, found: int | str, wanted: int | str, separator: str = ","
) -> InputError:
    """A row has more or fewer fields than the header.

    Args:
        label: How the file is named in the message.
        row: The row, if known.
        found: Its fields.
        wanted: The columns of the header.
        separator: What separates columns.

    Example:
        >>> str(wrong_field_count("atlas/a.csv", 3, 5, 4))
        'atlas/a.csv: row 3 has 5 fields instead of 4; put quotes around a field that holds a comma'
    """
    which = "a row" if row is None else f"row {row}"
    fields = "field" if str(found) == "1" else "fields"
    mark = {",": "comma", ";": "semicolon", "\t": "tab"}.get(separator, repr(separator))
    return InputError(
        f"{label}: {which} has {found} {fields} instead of {wanted}; "
        f"put quotes around a field that holds a {mark}"
    )


def open_quote(label: str, row: int) -> InputError:
    """A quotation mark in a row is never closed."""
    return InputError(
        f"{label}: row {row}: a quotation mark is opened and never closed, so that the lines "
        "after it would be part of its value; close it"
    )


def endless_row(label: str, row: int, megabytes: int) -> InputError:
    """A row is longer than any row can be: a quotation mark before its end is open."""
    return InputError(
        f"{label}: a row after row {row} is longer than {megabytes} MB; "
        "close the quotation mark that is left open, or, if none is, copy the file again"
    )


def endless_header(label: str, kilobytes: int) -> InputError:
    """The first row of a CSV, its header, does not end.

    Example:
        >>> str(endless_header("posts/a.csv", 256))
        'posts/a.csv: its first row, the header, is longer than 256 kB; hand in a table with its header'
    """
    return InputError(
        f"{label}: its first row, the header, is longer than {kilobytes} kB; hand in a table with its header"
    )


def endless_value(label: str, row: int, megabytes: int) -> InputError:
    """A row of a JSON file is longer than any row can be."""
    return InputError(f"{label}: a row after row {row} is longer than {megabytes} MB; shorten or remove it")


def missing_column(label: str, name: str, found: Collection[str], fix: str = RENAME) -> InputError:
    """The file lacks a column.

    Args:
        label: How the file is named in the message.
        name: The column.
        found: The columns that it has.
        fix: What to do.

    Example:
        >>> str(missing_column("census/acs.csv", "GEOID", ["geoid", "name"]))
        'census/acs.csv: no column GEOID; rename the column that holds it (there are geoid, name)'
    """
    there = f"there are {shown_names(found)}" if found else "there is none"
    return InputError(f"{label}: no column {shown(name)}; {fix} ({there})")


def shown_names(names: Collection[str]) -> str:
    r"""The names of columns in a line: each as it can be shown, and of many the first.

    Example:
        >>> print(shown_names(["id", "da\x1bte"]))
        id, da\x1bte
        >>> shown_names([f"c{number}" for number in range(100_000)])[-24:]
        'c38, c39 and 99,960 more'
    """
    first = ", ".join(map(shown, islice(names, _MANY)))
    more = len(names) - _MANY
    return f"{first} and {more:,} more" if more > 0 else first


def shown(value: object) -> str:
    """What a file holds, in a line: without control characters, and cut where it is long."""
    return escaped(shortened(str(value), _LONG))


def two_columns(label: str, name: str, one: str, other: str) -> InputError:
    """Two columns of a file could be the one that is wanted.

    Example:
        >>> str(two_columns("posts/a.csv", "latitude", "lat", "Latitude"))
        'posts/a.csv: two columns could be latitude: lat and Latitude; remove or rename one'
    """
    return InputError(
        f"{label}: two columns could be {name}: {shown(one)} and {shown(other)}; remove or rename one"
    )


def not_degrees(label: str, system: str) -> InputError:
    """The coordinates of a file are in another system than degrees.

    Args:
        label: How the file is named in the message.
        system: What the file says, as "EPSG:2229", fit to be shown.
    """
    return InputError(f"{label}: its coordinates are in {system} and no degrees; save it in WGS 84")


def holds_nul(label: str, row: int) -> InputError:
    """A row of a text holds NUL bytes, which no text does.

    Example:
        >>> str(holds_nul("posts/a.csv", 7))
        'posts/a.csv: row 7 holds NUL bytes, as a file has that was not copied to its end; copy it again'
    """
    at = f"{label}: row {row}" if row else f"{label}: the header"
    return InputError(f"{at} holds NUL bytes, as a file has that was not copied to its end; copy it again")


def repeated_column(label: str, name: str) -> InputError:
    """Two columns share a name."""
    return InputError(f"{label}: two columns are called {shown(name)}; remove or rename one")


def wrong_type(label: str, column: str, found: object, wanted: str, fix: str | None = None) -> InputError:
    """A column of a Parquet file is of a type that cannot be used.

    Example:
        >>> str(wrong_type("posts/a.parquet", "latitude", "string", "numbers"))
        'posts/a.parquet: column latitude holds string, not numbers; save it as numbers'
    """
    return InputError(
        f"{label}: column {shown(column)} holds {shown(found)}, not {wanted}; {fix or f'save it as {wanted}'}"
    )


def empty_value(label: str, column: str, row: int | str, fix: str) -> InputError:
    """A value that must be there is not.

    Example:
        >>> str(empty_value("posts/a.csv", "id", 7, "a post needs one"))
        'posts/a.csv: column id, row 7: is empty; a post needs one'
    """
    return InputError(f"{label}: column {shown(column)}, row {row}: is empty; {fix}")


def wrong_value(label: str, column: str, row: int, value: object, wanted: str, *, fix: str) -> InputError:
    """A value is not what its column must hold.

    Args:
        label: How the file is named in the message.
        column: The column.
        row: The row.
        value: What is written there.
        wanted: What it should be, as "a number".
        fix: What to write.

    Example:
        >>> str(wrong_value("acs.csv", "income", 3, "1,000", "a number", fix="write plain digits"))
        "acs.csv: column income, row 3: '1,000' is not a number; write plain digits"
    """
    quoted = repr(shortened(value, _LONG)) if isinstance(value, str) else shown(repr(value))
    return InputError(f"{label}: column {shown(column)}, row {row}: {quoted} is not {wanted}; {fix}")


def not_json(label: str, row: int, reason: str) -> InputError:
    """A row of a JSON file is no JSON, or no row.

    Args:
        label: How the file is named in the message.
        row: The row.
        reason: What is wrong with it.

    Example:
        >>> str(not_json("posts/a.jsonl", 3, "Expecting value"))
        'posts/a.jsonl: row 3: cannot be read as JSON (Expecting value); save or download the file again'
    """
    return InputError(
        f"{label}: row {row}: cannot be read as JSON ({reason}); save or download the file again"
    )


def too_large(label: str, size: int, most: int) -> InputError:
    """A table that is read whole is larger than any such table.

    Example:
        >>> str(too_large("census/acs.csv", 700 << 20, 500 << 20))
        'census/acs.csv: holds 700 MB and more, and at most 500 MB are read; leave out columns not needed'
    """
    return InputError(
        f"{label}: holds {size >> 20:,} MB and more, and at most {most >> 20:,} MB are read; "
        "leave out columns not needed"
    )


def too_wide(label: str, columns: int, most: int) -> InputError:
    """A table has more columns than any table.

    Example:
        >>> str(too_wide("posts/a.csv", 100_000, 10_000))
        'posts/a.csv: has 100,000 columns, and at most 10,000 are read; leave out columns not needed'
    """
    return InputError(
        f"{label}: has {columns:,} columns, and at most {most:,} are read; leave out columns not needed"
    )


def too_many_rows(label: str, rows: int, size: int) -> InputError:
    """The footer of a Parquet file promises more rows than its bytes can hold.

    Example:
        >>> str(too_many_rows("posts/a.parquet", 10**9, 5000))
        'posts/a.parquet: promises 1,000,000,000 rows in 5,000 bytes, which no table does; download it again'
    """
    return InputError(
        f"{label}: promises {rows:,} rows in {size:,} bytes, which no table does; download it again"
    )


def rounded_id(label: str, column: str, row: int, value: object) -> InputError:
    """An id was rounded, so that others have become the same.

    Example:
        >>> str(rounded_id("posts/a.csv", "id", 1, "5.0E+17"))
        "posts/a.csv: column id, row 1: '5.0E+17' is a rounded number, and no id any more; export ids as text"
    """
    return InputError(
        f"{label}: column {shown(column)}, row {row}: {str(value)[:_LONG]!r} is a rounded number, and no id "
        "any more; export ids as text"
    )


def large_group(label: str, column: str, size: int) -> InputError:
    """A row group of a Parquet file is too large to be read.

    Example:
        >>> str(large_group("posts/a.parquet", "id", 3 << 30))
        'posts/a.parquet: column id takes 3,072 MB in one row group; write it with smaller row groups'
    """
    return InputError(
        f"{label}: column {shown(column)} takes {size >> 20:,} MB in one row group; "
        "write it with smaller row groups"
    )


def changed(label: str) -> InputError:
    """The file changed while the run read it."""
    return InputError(f"{label}: changed during the run; wait until it is fully copied, then run again")
