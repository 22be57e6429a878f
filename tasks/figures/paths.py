"""Long paths of an SVG in fewer letters: each corner from the one before it, rounded first (method 13.7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

_IN_NUMBERS: Final = b" \n0123456789.-"


def relative(d: str) -> str | None:
    """The same path from corner to corner, which takes half of the letters.

    Where tracts touch, both have the same corners, rounded to a tenth before the differences are taken: so no
    error adds up, and no gap opens between them.

    Args:
        d: Absolute, of straight lines alone, with a letter before each corner.

    Returns:
        None for any other path.

    Example:
        >>> relative("M10.5 7L12 7L12 9.5z M3 4L5 4L5 6.1z")
        'm10.5 7l1.5 0 0 2.5zm-7.5-3l2 0 0 2.1z'
        >>> relative("M0 0C1 1 2 2 3 3") is None
        True
    """
    commands = d.encode().translate(None, _IN_NUMBERS).decode().upper().split("Z")
    numbers = d.replace("M", " ").replace("L", " ").replace("Z", "z").split("z")
    if any(ring.strip("ML") for ring in commands):
        return None
    found: list[str] = []
    start = 0, 0
    for place, (ring, text) in enumerate(zip(commands, numbers, strict=True)):
        tenths = [round(float(each) * 10) for each in text.split()]
        if len(tenths) != 2 * len(ring):
            return None
        if place:
            found.append("z")
        if ring:
            found += _steps(ring, zip(tenths[::2], tenths[1::2], strict=True), start)
            at = 2 * ring.rfind("M")
            start = (tenths[at], tenths[at + 1]) if at >= 0 else start
    return "".join(found)


def _steps(letters: str, corners: Iterator[tuple[int, int]], start: tuple[int, int]) -> Iterator[str]:
    """Each corner from the one before it, the first one from where the last ring began."""
    x, y = start
    before = ""
    for letter, (across, down) in zip(letters, corners, strict=True):
        if letter == "M":
            yield _step("m", across - x, down - y)
        elif before != "L":
            yield _step("l", across - x, down - y)
        elif across != x or down != y:  # not shorter than a tenth; but the only line of a path may be a dot
            # A line that follows a line needs no letter.
            yield _step("", across - x, down - y)
        x, y, before = across, down, letter


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
