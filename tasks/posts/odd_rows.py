"""What is odd in a file of posts as a whole: coordinates exchanged in some rows, times in two units.

One block does not show it. Each block notes how many such rows it has, and the first; a file is judged by
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.errors import InputError
from tasks.places.odd_points import EXCHANGED, exchanged_rows
from tasks.posts.columns import LATITUDE, LONGITUDE, TIME
from tasks.posts.times import MILLISECONDS, SECONDS
from tasks.rows.reader import OddRows


def check_odd(label: str, odd: Iterable[OddRows]) -> None:
    """See that a file of posts is not odd as a whole.

    Args:
        label: How it is named in an error.
        odd: What all its blocks noted.

    Raises:
        InputError: In some rows latitude and longitude are exchanged, or some times count seconds and others
            milliseconds; the message names the first such row and how many there are.
    """
    found: Mapping[str, OddRows] = {each.kind: each for each in odd}
    if (rows := found.get(EXCHANGED)) is not None:
        raise exchanged_rows(label, f"{LATITUDE} and {LONGITUDE}", rows)
    if SECONDS in found and MILLISECONDS in found:
        first, second = sorted((found[SECONDS], found[MILLISECONDS]), key=lambda each: each.first)
        raise InputError(
            f"{label}: column {TIME}, row {second.first:,}: counts {second.kind}, but row {first.first:,} "
            f"counts {first.kind} ({first.rows:,} and {second.rows:,} rows); write all times in one unit"
        )
