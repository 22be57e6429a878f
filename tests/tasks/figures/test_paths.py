"""Paths from corner to corner."""

from __future__ import annotations

import re

import numpy as np

from tasks.figures.paths import relative

RNG = np.random.default_rng(3)


def test_a_relative_path_leads_to_the_same_corners() -> None:
    rings = [RNG.integers(-900, 9000, (RNG.integers(3, 30), 2)) for _ in range(40)]
    absolute = " ".join("M " + "L ".join(f"{x / 10:g} {y / 10:g}\n" for x, y in ring) + "z" for ring in rings)
    short = relative(absolute)
    assert short is not None
    assert len(short) < len(absolute)
    assert _corners(short) == [tuple(corner) for ring in rings for corner in ring.tolist()]


def test_a_dot_is_not_lost() -> None:
    assert relative("M 3 4L3 4M 5 5L5 5") == "m3 4l0 0m2 1l0 0"


def _corners(path: str) -> list[tuple[int, int]]:
    """The corners of a relative path, in tenths, as SVG reads it."""
    found: list[tuple[int, int]] = []
    here = start = np.zeros(2, dtype=np.int64)
    for command, rest in re.findall(r"([mlz])([^mlz]*)", path):
        if command == "z":
            here = start
        steps = [round(float(each) * 10) for each in re.findall(r"-?(?:\d+(?:\.\d)?|\.\d)", rest)]
        for place, step in enumerate(np.array(steps, dtype=np.int64).reshape(-1, 2)):
            here = here + step
            start = here if command == "m" and not place else start
            found.append((int(here[0]), int(here[1])))
    return found
