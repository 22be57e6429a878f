"""Values with their intervals, one below the other, on an axis of equal steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from tasks.figures.sheet import ROW, Scale, Sheet, key_height, measure, steps
from tasks.figures.style import FAINT, INK, MUTED, PAPER, SMALL

_TOP: Final = 0.08
_FOOT: Final = 0.42
_STEP: Final = 0.11
"""Inches from one interval of a row to the next."""

_LABELS: Final = 0.2
_TICK: Final = 0.2
"""From one mark of the axis to the next, where values are no shares."""


@dataclass(frozen=True)
class Look:
    """How a mark looks.

    Attributes:
        color: Of the palette.
        shape: As Matplotlib names it.
        hollow: Whether it is hollow.
    """

    color: str
    shape: str
    hollow: bool = False


@dataclass(frozen=True)
class Mark:
    """A value with its interval.

    Attributes:
        value: The estimate.
        low: Lower end of the interval.
        high: Upper end.
        look: How it looks.
    """

    value: float
    low: float
    high: float
    look: Look


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        name: Of the row; from a file.
        marks: Its values; none for the heading of the rows that follow.
        said: The numbers of the first.
    """

    name: str
    marks: tuple[Mark, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class Spans:
    """Paints rows of values with intervals.

    Attributes:
        rows: From top to bottom.
        axis: What the values are.
        keys: What the marks of a row are, and how they look.
        percent: Whether the values are shares, from 0.
        limits: Values that are marked on the axis, with their words.
    """

    rows: tuple[Row, ...]
    axis: str
    keys: tuple[tuple[str, Look], ...] = ()
    percent: bool = False
    limits: tuple[tuple[float, str], ...] = ()

    def height(self, width: float) -> float:
        """Inches down."""
        narrow = width < 5
        return self._head(width) + sum(self._row(row, narrow=narrow) for row in self.rows) + _FOOT

    def _head(self, width: float) -> float:
        keys = key_height([words for words, _ in self.keys], width) + 0.04 if self.keys else 0.0
        return _TOP + keys + (_LABELS if self.limits else 0.0)

    def _row(self, row: Row, *, narrow: bool) -> float:
        spans = max(ROW, _STEP * len(row.marks) + 0.09)
        if not row.marks:
            return ROW + 0.02
        return 0.22 + spans if narrow else spans

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        self._keys(sheet)
        scale, numbers = self._scale(sheet)
        top, bottom = self._head(sheet.width), sheet.height - _FOOT
        sheet.axis(scale, self._ticks(scale, sheet), top, bottom, self.axis)
        self._limits(sheet, scale, top, bottom)
        y = top
        for row in self.rows:
            tall = self._row(row, narrow=sheet.narrow)
            self._paint(sheet, scale, row, (y, tall, numbers))
            y += tall

    def _limits(self, sheet: Sheet, scale: Scale, top: float, bottom: float) -> None:
        shown = [(scale(value), words) for value, words in self.limits if scale.low <= value <= scale.high]
        wide = sum(measure(words, SMALL) for _, words in shown) / 2
        # Where the lines are close, the words stand outside of them.
        close = len(shown) > 1 and shown[-1][0] - shown[0][0] < wide + 0.1
        for place, (x, words) in enumerate(shown):
            sheet.line([x, x], [top, bottom], FAINT, linewidth=1.2, linestyle=(0, (3, 2)), zorder=0.6)
            align = "center" if not close else "left" if place else "right"
            sheet.text(x, top - 0.1, words, size=SMALL, color=MUTED, align=align)

    def _keys(self, sheet: Sheet) -> None:
        x, y = 0.08, _TOP + 0.06
        for words, look in self.keys:
            wide = measure(words, SMALL)
            if x + wide + 0.12 > sheet.width and x > 0.1:
                x, y = 0.08, y + 0.18
            sheet.mark(x, y, look.color, look.shape, size=5, hollow=look.hollow)
            sheet.text(x + 0.1, y, words, size=SMALL, color=MUTED)
            x += wide + 0.32

    def _scale(self, sheet: Sheet) -> tuple[Scale, float]:
        """The axis, and where the numbers begin."""
        marks = [mark for row in self.rows for mark in row.marks]
        least = 0.0 if self.percent else min([0.0, *(mark.low for mark in marks)])
        low = -_TICK * math.ceil(-least / _TICK)
        high = max(mark.high for mark in marks) * 1.02 if self.percent else 1.0
        high = max(high, 0.01)
        if sheet.narrow:
            return Scale(low, high, 0.12, sheet.width - 0.12), 0.0
        # A heading, as a question, has the whole line.
        names = min(max(measure(row.name) for row in self.rows if row.marks), 2.0)
        said = max(measure(row.said, SMALL) for row in self.rows)
        numbers = sheet.width - said - 0.04
        return Scale(low, high, names + 0.2, numbers - 0.16), numbers

    def _ticks(self, scale: Scale, sheet: Sheet) -> list[tuple[float, str]]:
        most = 3 if sheet.narrow else 5
        if self.percent:
            return [(value / 100, f"{value:g} %") for value in steps(100 * scale.high, most)]
        first = round(scale.low / _TICK)
        return [(step * _TICK, f"{step * _TICK:.2g}") for step in range(first, round(1 / _TICK) + 1)]

    def _paint(self, sheet: Sheet, scale: Scale, row: Row, place: tuple[float, float, float]) -> None:
        y, tall, numbers = place
        heading = not row.marks
        if sheet.narrow:
            # The lines of the grid end at the name.
            sheet.bar(0, y + 0.02, sheet.width, 0.19, PAPER)
            room = sheet.width - measure(row.said, SMALL) - 0.16
            sheet.text(0.02, y + 0.12, row.name, bold=heading, most=room)
            sheet.text(sheet.width - 0.02, y + 0.12, row.said, size=SMALL, color=MUTED, align="right")
            y, tall = y + 0.22, tall - 0.22
        else:
            most = sheet.width - 0.04 if heading else scale.left - 0.14
            sheet.text(0.02, y + tall / 2, row.name, bold=heading, most=most)
            sheet.text(numbers, y + tall / 2, row.said, size=SMALL, color=INK)
        first = y + tall / 2 - _STEP * (len(row.marks) - 1) / 2
        for step, mark in enumerate(row.marks):
            at = first + step * _STEP
            ends = [scale.within(mark.low), scale.within(mark.high)]
            look = mark.look
            sheet.line(ends, [at, at], look.color, linewidth=1.6)
            sheet.mark(scale.within(mark.value), at, look.color, look.shape, size=5, hollow=look.hollow)
