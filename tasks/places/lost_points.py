"""What is said of posts or crimes that lie nowhere, or in no tract: how many, and why it may be so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from data.printable import printable
from tasks.places.odd_points import AWAY, BEYOND, ELSEWHERE, NO_DEGREES, likeliest
from tasks.rows.reader import OddRows
from tasks.rows.results import FileOfRows

_ONE_IN: Final = 100
"""Rows that are no degrees are named where they are one in so many of a file."""


@dataclass(frozen=True)
class Points:
    """What became of rows with coordinates.

    Attributes:
        things: What they are, as "posts".
        columns: The columns of the coordinates by file, as "latitude and longitude".
        section: Where other columns are named, as "[posts.columns]".
        no_location: How many have no location.
        outside: How many have one, and lie in no tract that counts.
        inside: How many lie in one.
        tracts: What is said behind "in no tract", as " of Alder".
        question: What to ask about those outside.
    """

    things: str
    columns: Mapping[str, str]
    section: str
    no_location: int
    outside: int
    inside: int
    tracts: str
    question: str


def lost_lines(points: Points, files: Sequence[FileOfRows]) -> Iterator[str]:
    """Warnings: most rows have no location, or lie in no tract; or some of a file hold no degrees.

    Args:
        points: What became of the rows.
        files: Their files, with what was noted of their coordinates.
    """
    odd = {file.file: file.odd for file in files}
    located = points.outside + points.inside
    total = points.no_location + located
    if points.no_location > located:
        yield f"{points.no_location:,} of {total:,} {points.things} have no location: {_nowhere(points, odd)}"
    else:
        yield from _some(points, files)
    if located and points.outside > located / 2:
        cause = likeliest(odd, (*ELSEWHERE, AWAY))
        # A cause that explains few of them is none.
        explains = cause is not None and 2 * cause.rows > points.outside
        why = cause.words(points.columns[cause.file]) if cause is not None and explains else points.question
        yield (
            f"{points.outside:,} of {located:,} {points.things} with a location lie in no tract"
            f"{points.tracts}: {why}"
        )
    else:
        yield from _elsewhere(points, files)


def _nowhere(points: Points, odd: Mapping[str, Sequence[OddRows]]) -> str:
    cause = likeliest(odd, NO_DEGREES)
    columns = sorted(set(points.columns.values()))
    fix = f"name the columns with degrees in {points.section}"
    if cause is None or 2 * cause.rows < points.no_location:
        return f"{' or '.join(columns)} are empty, 0 or no number there; are these the right columns? {fix}"
    return f"{cause.words(points.columns[cause.file])} Else {fix}"


def _some(points: Points, files: Sequence[FileOfRows]) -> Iterator[str]:
    """Files of which some rows hold no degrees, but something that can be read."""
    kinds = set(NO_DEGREES) - {BEYOND}
    for file in files:
        cause = likeliest({file.file: file.odd}, kinds)
        if cause is not None and cause.rows * _ONE_IN >= file.rows:
            yield (
                f"{printable(file.file)}: {cause.rows:,} of {file.rows:,} rows have no location, as "
                f"{cause.words(points.columns[file.file])}"
            )


def _elsewhere(points: Points, files: Sequence[FileOfRows]) -> Iterator[str]:
    """Files of which some rows lie in no tract, and would if they were read otherwise."""
    for file in files:
        cause = likeliest({file.file: file.odd}, ELSEWHERE)
        if cause is not None and cause.rows * _ONE_IN >= file.rows:
            yield (
                f"{printable(file.file)}: {cause.rows:,} of {file.rows:,} rows lie in no tract, as "
                f"{cause.words(points.columns[file.file])}"
            )
