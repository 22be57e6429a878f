"""A sheet on which rows, bars and marks are drawn in inches, from the top left.

Most figures of a run are rows of a list: as many as there are agencies, cities or requests. Their height
comes from their number, so that letters have the same size in each, wide or narrow.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tasks.figures.apart import load_matplotlib
from tasks.figures.plane import POINTS, Plane
from tasks.figures.style import FAINT, GRID, INK, MUTED, PAPER, SMALL, TEXT, clean, is_narrow

ROW: Final = 0.22
"""Inches from one row to the next."""

TALL: Final = 0.4
"""Inches from one row to the next where a name stands above what is drawn, on a telephone."""


@dataclass(frozen=True)
class Scale:
    """From a value to inches across the sheet.

    Attributes:
        low: The value at the left end.
        high: The value at the right end; greater than ``low``.
        left: Inches of the left end.
        right: Inches of the right end.
        logarithmic: Whether equal factors are equally far; then ``low`` is above 0.
    """

    low: float
    high: float
    left: float
    right: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """Inches of a value; one beyond an end is beyond it."""
        low, high = self._of(self.low), self._of(self.high)
        return self.left + (self._of(value) - low) / (high - low) * (self.right - self.left)

    def within(self, value: float) -> float:
        """Inches of a value, or of the end that it is beyond."""
        return min(max(self(value), self.left), self.right)

    def _of(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value


class Sheet:
    """What is drawn on. All lengths are inches; letters are in points.

    Args:
        canvas: A ``matplotlib.figure.Figure``.
    """

    def __init__(self, canvas: Any) -> None:
        canvas.set_layout_engine("none")
        self.width, self.height = (float(side) for side in canvas.get_size_inches())
        self.narrow = is_narrow(canvas)
        self._plane = Plane.from_top(canvas)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = TEXT,
        color: str = INK,
        align: str = "left",
        bold: bool = False,
        most: float | None = None,
    ) -> None:
        """Write in one line.

        Args:
            x: Where it begins, ends or has its middle, by ``align``.
            y: The middle of its height.
            words: The text; what comes from a file is cleaned.
            size: Points.
            color: Of the palette.
            align: "left", "right" or "center".
            bold: Whether the letters are bold.
            most: The space there is; a longer text is cut and ends with "…".
        """
        weight = "bold" if bold else "normal"
        shown = clean(words) if most is None else self.fitted(words, most, size, bold=bold)
        # By the middle of an "x": names with and without descenders stand on one line.
        self._plane.text(
            x,
            y + size / POINTS * 0.36,
            shown,
            size=size,
            color=color,
            ha=align,
            va="baseline",
            weight=weight,
        )

    def fitted(self, words: str, most: float, size: float = TEXT, *, bold: bool = False) -> str:
        """A text in the space there is, cut with "…" where it is too long."""
        text = clean(words)
        if measure(text, size, bold=bold) <= most:
            return text
        fits, over = 0, len(text)
        while over - fits > 1:
            middle = (fits + over) // 2
            long = measure(text[:middle] + "…", size, bold=bold) > most
            fits, over = (fits, middle) if long else (middle, over)
        return text[:fits].rstrip() + "…"

    def wrapped(self, words: str, most: float, size: float = TEXT) -> list[str]:
        """A text in lines that fit the space there is."""
        lines: list[str] = []
        for word in clean(words).split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and measure(longer, size) <= most:
                lines[-1] = longer
            else:
                lines.append(self.fitted(word, most, size))
        return lines

    def name(self, y: float, words: str, most: float, *, bold: bool = False) -> float:
        """The name of a row: before what is drawn, right-aligned; on a telephone above it.

        Args:
            y: The upper edge of the row, which is :data:`ROW` high, or :data:`TALL` on a telephone.
            words: The name.
            most: The space before what is drawn.
            bold: Whether its letters are bold.

        Returns:
            The middle of what is drawn.
        """
        if self.narrow:
            self.text(0.02, y + 0.11, words, most=self.width - 0.04, bold=bold)
            return y + 0.28
        self.text(most + 0.04, y + ROW / 2, words, align="right", most=most, bold=bold)
        return y + ROW / 2

    def bar(self, x: float, y: float, width: float, height: float, color: str, **more: Any) -> None:
        """A rectangle; ``y`` is its upper edge."""
        from matplotlib.patches import Rectangle

        self._plane.add(Rectangle((x, y), width, height, facecolor=color, **more))

    def bars(self, boxes: Iterable[tuple[float, float, float, float]], color: str) -> None:
        """Many rectangles of one color in one path, each as ``(x, y, width, height)``."""
        self.shape([[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in boxes], color)

    def shape(self, outlines: Sequence[Sequence[tuple[float, float]]], color: str, **more: Any) -> None:
        """Filled outlines in one path."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        points, codes = [], []
        for outline in outlines:
            points += [*outline, outline[0]]
            codes += [Path.MOVETO, *[Path.LINETO] * (len(outline) - 1), Path.CLOSEPOLY]
        if points:
            self._plane.add(PathPatch(Path(points, codes), facecolor=color, **more))

    def line(self, xs: Sequence[float], ys: Sequence[float], color: str = FAINT, **more: Any) -> None:
        """A line through points; ``more`` goes to ``matplotlib.lines.Line2D``."""
        from matplotlib.lines import Line2D

        given = {"linewidth": 0.8, "solid_capstyle": "butt", **more}
        self._plane.add(Line2D(list(xs), list(ys), color=color, **given))

    def mark(
        self, x: float, y: float, color: str, shape: str = "o", *, size: float = 6, hollow: bool = False
    ) -> None:
        """A mark; ``shape`` as Matplotlib names it, ``size`` in points."""
        inside = PAPER if hollow else color
        self.line([x], [y], color, marker=shape, markersize=size, markerfacecolor=inside, markeredgewidth=1.2)

    def axis(
        self, scale: Scale, ticks: Iterable[tuple[float, str]], top: float, bottom: float, title: str = ""
    ) -> None:
        """Vertical lines of a grid, with their values below, and what they are.

        Args:
            scale: Of the values.
            ticks: Values with their words.
            top: Upper end of the lines.
            bottom: Lower end of the lines.
            title: What the values are; below them.
        """
        end = -math.inf
        for value, words in ticks:
            x = scale(value)
            self.line([x, x], [top, bottom], GRID, zorder=0.5)
            half = measure(words, SMALL) / 2
            # Near the edge of the sheet a number moves inwards; one that would touch another is left out.
            place = min(max(x, half + 0.01), self.width - half - 0.01)
            if place - half > end + 0.06:
                self.text(place, bottom + 0.1, words, size=SMALL, color=MUTED, align="center")
                end = place + half
        if title:
            middle = (scale.left + scale.right) / 2
            half = measure(clean(title), SMALL) / 2
            middle = min(max(middle, half + 0.01), self.width - half - 0.01)
            self.text(middle, bottom + 0.26, title, size=SMALL, color=MUTED, align="center")

    def key(self, entries: Sequence[tuple[str, str]], y: float) -> float:
        """Squares of colors with what they mean, in as many rows as it takes.

        Args:
            entries: Words with their color.
            y: The middle of the first row.

        Returns:
            The middle of the row after the last.
        """
        lines, places = _keyed([words for words, _ in entries], self.width)
        for (words, color), (line, x) in zip(entries, places, strict=True):
            self.bar(x, y + line * _KEY - 0.05, 0.1, 0.1, color)
            self.text(x + 0.16, y + line * _KEY, words, size=SMALL, color=MUTED, most=self.width - 0.2)
        return y + lines * _KEY


_KEY: Final = 0.18
"""Inches from one row of a key to the next."""


def key_height(words: Sequence[str], width: float) -> float:
    """Inches down that :meth:`Sheet.key` takes.

    Args:
        words: The words of its entries.
        width: Inches across of the sheet.
    """
    return _keyed(words, width)[0] * _KEY


def _keyed(words: Sequence[str], width: float) -> tuple[int, list[tuple[int, float]]]:
    """How many rows, and the row and the left end of each entry."""
    line, x, places = 0, 0.02, []
    for each in words:
        wide = 0.16 + min(measure(clean(each), SMALL), width - 0.2)
        if x > 0.02 and x + wide > width:
            line, x = line + 1, 0.02
        places.append((line, x))
        x += wide + 0.16
    return line + 1, places


def measure(words: str, size: float = TEXT, *, bold: bool = False) -> float:
    """How many inches a text takes in the letters of any page: a little more than in DejaVu Sans.

    Args:
        words: The text, in one line.
        size: Points.
        bold: Whether its letters are bold.
    """
    # A browser that fits letters to whole pixels is up to so much wider; a letter that is missing may be.
    return width_of(words, size, bold=bold) / POINTS * 1.04


@cache
def width_of(words: str, size: float = TEXT, *, bold: bool = False) -> float:
    """How many points wide a text is in DejaVu Sans, which is wider than the letters of a page.

    Args:
        words: The text, in one line.
        size: Points.
        bold: Whether its letters are bold.
    """
    load_matplotlib()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    if not words:
        return 0.0
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        return float(text_to_path.get_text_width_height_descent(words, font, False)[0])


def row_height(width: float) -> float:
    """Inches from one row to the next, where a name may stand above.

    Args:
        width: Inches across of the sheet.
    """
    return TALL if width < 5 else ROW


def steps(high: float, most: int = 5) -> list[float]:
    """Round values from 0 up to a number, at most ``most`` steps of 1, 2 or 5 times a power of ten.

    Example:
        >>> steps(870)
        [0.0, 200.0, 400.0, 600.0, 800.0]
    """
    if high <= 0:
        return [0.0]
    raw = high / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= raw * (1 - 1e-9))
    step = max(step, 1) if high >= 1 else step
    return [0.0, *(step * place for place in range(1, int(high / step + 1e-9) + 1))]


def counted(values: Iterable[float]) -> list[tuple[float, str]]:
    """Ticks of counts with their words."""
    return [(value, f"{value:,.0f}") for value in values]
