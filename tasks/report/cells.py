"""A value of a table as people read it: thousands apart, digits that mean something, one line.

The CSV beside a table keeps what is shown shorter here. ``page.js`` has the same rules for the tables that a
reader opens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from data.printable import REPLACEMENT, is_shown

if TYPE_CHECKING:
    import pyarrow as pa

MISSING: Final = "–"
TEXT: Final = "t"
PLAIN: Final = "y"
"""A number that is a name, such as a year."""

_PLAIN_NAMES: Final = re.compile(r"(?:^|[ _])(?:year|seed|geoid|position)$", re.IGNORECASE)
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEAST_PLAIN: Final = 1e-4
"""A smaller number is written as a power of ten."""


def one_line(text: str) -> str:
    r"""A text from a file on one line, without what controls a page or turns its direction.

    Args:
        text: The text; what cannot be shown becomes U+FFFD, a line end a blank.

    Example:
        >>> one_line("in\tbox\n")
        'in box '
    """
    if text.isprintable():
        return text
    return "".join(c if is_shown(c) else " " if c.isspace() else REPLACEMENT for c in text)


def form_of(name: str, values: Sequence[Any], kind: pa.DataType) -> str:
    """How the values of a column are shown: :data:`TEXT`, :data:`PLAIN`, or the number of decimals.

    Args:
        name: The column's name.
        values: Its values.
        kind: Its Arrow type.

    Example:
        >>> import pyarrow as pa
        >>> form_of("posts per 1,000", [0.5, 1.25, None], pa.float64())
        '3'
        >>> form_of("year", [2019], pa.int64())
        'y'
    """
    import pyarrow as pa

    if pa.types.is_integer(kind):
        return PLAIN if _PLAIN_NAMES.search(name) else "0"
    if not pa.types.is_floating(kind):
        return TEXT
    known = [abs(value) for value in values if value is not None and math.isfinite(value)]
    if all(value == int(value) for value in known):
        return "0"
    return str(_decimals(max(known)))


def _decimals(largest: float) -> int:
    """Decimals with which the largest of a column has about four digits."""
    return 0 if largest >= 10_000 else 1 if largest >= 100 else 2 if largest >= 10 else 3


def shown(value: Any, form: str) -> str:
    """A value in a cell.

    Args:
        value: As :mod:`pyarrow` gives it; None is shown as a dash.
        form: As :func:`form_of` gives it.

    Example:
        >>> [shown(value, "3") for value in (0.5, 0.00012, 1.2e-15, 0.0, None)]
        ['0.500', '0.00012', '1.2 × 10⁻¹⁵', '0', '–']
        >>> shown(1234567, "0")
        '1,234,567'
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and form != TEXT:
        return _number(value, form)
    if isinstance(value, list):
        return "; ".join(shown(each, TEXT) for each in value)
    return one_line(str(value))


def _number(value: float, form: str) -> str:
    if form == PLAIN:
        return str(value).replace("-", "\N{MINUS SIGN}")
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}".removeprefix("-") if value == 0 else str(value)
    decimals, size = int(form), abs(value)
    if size < _LEAST_PLAIN:
        digits, exponent = f"{size:.1e}".split("e")
        text = f"{digits} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    elif size < 10.0**-decimals:
        # Two digits of a number that the column's decimals would round away.
        text = f"{size:.{1 - math.floor(math.log10(size))}f}"
    else:
        text = f"{size:,.{decimals}f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 else text
