"""What the signs of a figure mean, in two columns above it, without a search for where they fit.

Matplotlib's own legend looks for the place of each part anew whenever it is drawn, which takes a third of
the time of a figure of points. The lengths here are its own: shares of the size of the letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from tasks.figures import style
from tasks.figures.plane import POINTS, Plane
from tasks.figures.sheet import width_of

Sign: TypeAlias = tuple[str, Mapping[str, Any]]
"""What it means, and its look: a box if that has a "facecolor", a mark if it has a "marker", else a line."""

_LEFT: Final = 0.02
"""Of the figure."""
_SIZE: Final = style.SMALL
_EDGE: Final = 0.9 * _SIZE
_ASCENT: Final = 0.76 * _SIZE
"""Points from the upper edge of a row to its line: that of DejaVu Sans."""
_ROW: Final = 1.5 * _SIZE
_WIDE: Final = 2 * _SIZE
_TALL: Final = 0.7 * _SIZE
"""Points of a sign, across and up."""
_WORDS: Final = 2.8 * _SIZE
"""Points from the left of a sign to its words."""
_BETWEEN: Final = 2 * _SIZE


def draw_signs(canvas: Any, signs: Sequence[Sign], **look: Any) -> None:
    """Draw signs with what they mean, from the upper left corner, first down and then across.

    Args:
        canvas: A ``matplotlib.figure.Figure``.
        signs: In order.
        look: Of all that is drawn, such as ``zorder``.
    """
    plane = Plane.of_points(canvas)
    wide, tall = (inches * POINTS for inches in canvas.get_size_inches())
    left, first = _LEFT * wide + _EDGE, (len(signs) + 1) // 2
    for column in (signs[:first], signs[first:]):
        for row, (words, own) in enumerate(column):
            line = tall - _EDGE - _ASCENT - row * _ROW
            plane.add(_drawn(left, line, {**look, **own}))
            plane.text(left + _WORDS, line, words, fontsize=_SIZE, **look)
        left += _WORDS + max((width_of(words, _SIZE) for words, _ in column), default=0) + _BETWEEN


def _drawn(left: float, line: float, look: Mapping[str, Any]) -> Any:
    """A sign that stands on the line of its words."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    if "facecolor" in look:
        return Rectangle((left, line), _WIDE, _TALL, **look)
    across = [left + _WIDE / 2] if "marker" in look else [left, left + _WIDE / 2, left + _WIDE]
    return Line2D(across, [line + _TALL / 2] * len(across), **look)
