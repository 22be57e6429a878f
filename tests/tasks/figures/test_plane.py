"""Planes: where a place of theirs is on the figure."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.figures.apart import load_matplotlib
from tasks.figures.plane import Plane


@pytest.fixture
def canvas() -> Any:
    load_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(4, 2), dpi=100)


def test_each_plane_has_its_own_units(canvas: Any) -> None:
    values = Plane.of_values(canvas, (1, 0.5, 2, 1), (10, 20), (0, 5))
    for plane, place in (
        (Plane.of_inches(canvas), (2, 1)),
        (Plane.from_top(canvas), (2, 1)),
        (Plane.of_points(canvas), (144, 72)),
        (values, (15, 2.5)),
    ):
        assert plane.transform.transform(place) == pytest.approx((200, 100))


def test_only_what_is_cut_ends_at_the_frame(canvas: Any) -> None:
    from matplotlib.lines import Line2D

    plane = Plane.of_values(canvas, (1, 0.5, 2, 1), (10, 20), (0, 5))
    whole, cut = Line2D([0, 30], [1, 1]), Line2D([0, 30], [2, 2])
    plane.add(whole)
    plane.add(cut, cut=True)
    assert whole.get_clip_box() is None
    frame: Any = cut.get_clip_box()
    assert frame.bounds == pytest.approx((100, 50, 200, 100))
