"""Long paths of an SVG in fewer letters: each corner from the one before it, rounded first (method 13.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

_PIECES: Final = re.compile(r"([A-Za-z])([^A-Za-z]*)")


def relative(d: str) -> str | None:
    """The same path from corner to corner, which takes half of the letters.

    Where tracts touch, both have the same corners, rounded to a tenth before the differences are taken: so no
    error adds up, and no gap opens between them.

    Args:
        d: Absolute, of straight lines alone.

    Returns:
        None for any other path.

    Example:
        >>> relative("M10.5 7L12 7L12 9.5z M3 4L5 4L5 6.1z")
        'm10.5 7l1.5 0 0 2.5zm-7.5-3l2 0 0 2.1z'
        >>> relative("M0 0C1 1 2 2 3 3") is None
        True
    """
    pieces = _PIECES.findall(d)
    if any(command not in "MLZz" for command, _ in pieces):
        return None
    found: list[str] = []
    here = start = (0, 0)
    before = ""
    for command, rest in pieces:
        if command in "zZ":
            found.append("z")
            here, before = start, ""
            continue
        for number, corner in enumerate(_corners(rest)):
            drawn = "m" if command == "M" and not number else "l"
            across, down = corner[0] - here[0], corner[1] - here[1]
            if drawn == "m":
                start = corner
            elif not (across or down) and before == "l":
                continue  # shorter than a tenth; but the only line of a path may be a dot
            # A line that follows a line needs no letter.
            found.append(_step("" if drawn == before == "l" else drawn, across, down))
            here, before = corner, drawn
    return "".join(found)


def _corners(numbers: str) -> Iterator[tuple[int, int]]:
    found = [round(float(each) * 10) for each in numbers.split()]
    return zip(found[::2], found[1::2], strict=True)


@cache
def _step(letter: str, across: int, down: int) -> str:
    first, second = _tenths(across), _tenths(down)
    between = "" if second.startswith("-") else " "
    return f"{letter or ('' if first.startswith('-') else ' ')}{first}{between}{second}"


def _tenths(value: int) -> str:
    """A tenth as SVG takes it, without what it does not need.

    Example:
        >>> [_tenths(value) for value in (-3, 0, 20, 125)]
        ['-.3', '0', '2', '12.5']
    """
    whole, rest = divmod(abs(value), 10)
    shown = f"{whole or ('' if rest else 0)}{f'.{rest}' if rest else ''}"
    return f"-{shown}" if value < 0 else shown
