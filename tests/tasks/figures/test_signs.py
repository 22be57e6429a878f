"""Signs and what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.figures.apart import load_matplotlib
from tasks.figures.signs import Sign, draw_signs
from tasks.figures.style import SMALL

BAND: Sign = ("a band of the line", {"facecolor": ("#000000", 0.5)})
LINE: Sign = ("a line", {"color": "#000000"})
MARK: Sign = ("a mark", {"color": "#000000", "marker": "o"})


def places(*signs: Sign) -> dict[str, tuple[float, float]]:
    """Where the words of each begin, in points from the upper left corner."""
    load_matplotlib()
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    canvas: Any = Figure(figsize=(5, 3))
    draw_signs(canvas, signs)
    return {
        text.get_text(): (text.get_position()[0], 3 * 72 - text.get_position()[1])
        for text in canvas.findobj(Text)
    }


def test_signs_go_down_and_then_across() -> None:
    found = places(BAND, LINE, MARK)
    (left, top), (same, below), (right, level) = found.values()
    assert (same, level) == (left, top)
    assert below - top == pytest.approx(1.5 * SMALL)
    assert right - left > 8 * SMALL, "the second column begins after the longest words of the first"


def test_one_sign_has_one_column_and_none_has_nothing() -> None:
    assert list(places(MARK)) == ["a mark"]
    assert places() == {}
