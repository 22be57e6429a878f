"""The year in which a crime happened, from dates as cities write them (method 9.3).

Accepted forms:

- month, day and year with slashes between them, as the portal of Los Angeles and spreadsheets write it
  (``07/29/2019 12:00:00 AM``, ``7/29/2019 0:00``, ``7/29/2019``);
- ISO 8601 (``2019-07-29``, ``2019-07-29T00:00:00.000``); an offset changes nothing, the year is the one
  written there;
- where a format is configured, only that one.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

_TIME: Final = r"(?: +(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?)?"
_SLASHES: Final = re.compile(rf"([0-9]{{1,2}})/([0-9]{{1,2}})/([0-9]{{4}}){_TIME}")


def year_of(text: str, date_format: str | None = None) -> int | None:
    """The year of a date.

    Args:
        text: The date, with or without a time.
        date_format: How dates are written (``strptime``); None for slashes or ISO 8601.

    Returns:
        The year; None where the text is blank.

    Raises:
        ValueError: The text is not such a date.

    Example:
        >>> [year_of(text) for text in ("07/29/2019 12:00:00 AM", "2019-07-29T00:00:00.000", " ")]
        [2019, 2019, None]
        >>> year_of("29.7.19", "%d.%m.%y")
        2019
    """
    text = text.strip()
    if not text:
        return None
    if date_format is not None:
        return datetime.strptime(text, date_format).year
    if "/" not in text:
        return datetime.fromisoformat(text).year
    found = _SLASHES.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a date")
    month, day, year = map(int, found.groups())
    return date(year, month, day).year


def has_year(date_format: str) -> bool:
    """Whether a format is one of ``strptime``, and a date written in it has its year.

    Example:
        >>> has_year("%d.%m.%Y"), has_year("%d.%m."), has_year("%Q")
        (True, False, False)
    """
    day = datetime(2019, 7, 29)
    try:
        return datetime.strptime(day.strftime(date_format), date_format).year == day.year
    except ValueError:
        return False
