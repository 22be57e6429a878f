"""Ratios with their intervals, one below the other, on an axis of equal factors: a forest plot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tasks.figures.sheet import ROW, Scale, Sheet, measure
from tasks.figures.style import INK, MUTED, PAPER, SMALL, TEXT
from tasks.figures.words import SUMMARY, look_of

_TICKS: Final = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 0.9),
    *(1, 1.1, 1.25, 1.5, 2, 3, 4, 5, 10, 20, 50, 100),
)
_TOP: Final = 0.32
_FOOT: Final = 0.42
_MOST: Final = 8.0
"""The axis goes at most from an eighth to eight times; what is beyond has an arrow."""


@dataclass(frozen=True)
class Ratio:
    """A row: a ratio with its interval, or why there is none.

    Attributes:
        name: Of the row; from a file.
        ratio: The estimate; None where there is none.
        low: Lower end of the interval; None where there is none.
        high: Upper end.
        words: The verdict, or why there is no ratio.
        predicted: The prediction interval of a summary; None where there is none.
        summary: Whether it is the summary over all rows.
        heading: Whether it is the name of a group of rows, and no ratio.
    """

    name: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    words: str = ""
    predicted: tuple[float, float] | None = None
    summary: bool = False
    heading: bool = False

    @property
    def known(self) -> bool:
        """Whether there is an interval to draw."""
        return None not in {self.ratio, self.low, self.high}

    @property
    def said(self) -> str:
        """Its numbers: ``1.14 (1.10 to 1.18)``; empty where there are none."""
        if not self.known:
            return ""
        return f"{_short(self.ratio)} ({_short(self.low)} to {_short(self.high)})"


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.2f}" if number < 100 else f"{number:,.0f}"


def limits(rows: Iterable[Ratio]) -> tuple[float, float]:
    """The ends of the axis: all estimates are inside, and 1; an interval may reach beyond.

    Args:
        rows: The rows.
    """
    known = [row for row in rows if row.known]
    points = [row.ratio for row in known if row.ratio]
    points += [end for row in known for end in row.predicted or ()]
    points += [end for row in known for end in (row.low, row.high) if end and 1 / _MOST < end < _MOST]
    low, high = min([0.95, *points]), max([1.05, *points])
    return low / 1.04, high * 1.04


@dataclass(frozen=True)
class Forest:
    """Paints rows of ratios.

    Attributes:
        rows: From top to bottom.
        axis: What the ratios are.
    """

    rows: tuple[Ratio, ...]
    axis: str

    def height(self, width: float) -> float:
        """Inches down."""
        rows = sum(self._row(row, narrow=width < 5) for row in self.rows)
        return _TOP + rows + _FOOT

    def _row(self, row: Ratio, *, narrow: bool) -> float:
        return ROW if row.heading or not narrow else (0.53 if row.known else 0.38)

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        scale, numbers, words = self._columns(sheet)
        bottom = sheet.height - _FOOT
        ticks = _ticks(scale)
        sheet.axis(scale, ticks, _TOP - 0.06, bottom, self.axis)
        if scale.low < 1 < scale.high:
            sheet.line([scale(1), scale(1)], [_TOP - 0.06, bottom], MUTED, linewidth=1, zorder=0.6)
            self._sides(sheet, scale)
        y = _TOP
        for row in self.rows:
            tall = self._row(row, narrow=sheet.narrow)
            if sheet.narrow:
                _narrow(sheet, scale, row, y)
            else:
                _wide(sheet, scale, row, (y + tall / 2, numbers, words))
            y += tall

    def _columns(self, sheet: Sheet) -> tuple[Scale, float, float]:
        """The axis, and where the numbers and the words begin."""
        low, high = limits(self.rows)
        if sheet.narrow:
            return Scale(low, high, 0.1, sheet.width - 0.1, logarithmic=True), 0, 0
        names = max((measure(row.name, TEXT, bold=True) for row in self.rows), default=0)
        names = min(names, 2.0)
        numbers = max([measure(row.said, SMALL, bold=row.summary) for row in self.rows], default=0)
        said = min(max([measure(row.words, SMALL) for row in self.rows if row.known], default=0), 1.4)
        words = sheet.width - said - 0.04
        start = words - numbers - 0.12
        return Scale(low, high, names + 0.2, start - 0.15, logarithmic=True), start, words

    def _sides(self, sheet: Sheet, scale: Scale) -> None:
        """Which side of 1 means what."""
        for side, align, words in ((-1, "right", "poorer tracts more"), (1, "left", "richer tracts more")):
            x = scale(1) + side * 0.06
            room = scale.right - x if side > 0 else x - scale.left
            room += 0.1 if sheet.narrow else 0.05
            if measure(words, SMALL) <= room:
                sheet.text(x, 0.12, words, size=SMALL, color=MUTED, align=align)


def _wide(sheet: Sheet, scale: Scale, row: Ratio, places: tuple[float, float, float]) -> None:
    """A row in one line; ``places`` are its middle, and where its numbers and its words begin."""
    y, numbers, words = places
    color = INK if row.known or row.heading else MUTED
    bold = row.summary or row.heading
    sheet.text(0.02, y, row.name, color=color, bold=bold, most=scale.left - 0.14)
    if row.known:
        _interval(sheet, scale, row, y)
        sheet.text(numbers, y, row.said, size=SMALL, color=INK, bold=row.summary)
        sheet.text(words, y, row.words, size=SMALL, color=MUTED, most=sheet.width - words - 0.01)
    elif not row.heading:
        left = scale.left + 0.05
        said = sheet.fitted(row.words, sheet.width - left - 0.05, SMALL)
        sheet.bar(left - 0.04, y - 0.09, measure(said, SMALL) + 0.08, 0.18, PAPER)
        sheet.text(left, y, said, size=SMALL, color=MUTED)


def _narrow(sheet: Sheet, scale: Scale, row: Ratio, y: float) -> None:
    """The name, the numbers with the verdict, and the interval, one below the other."""
    color = INK if row.known or row.heading else MUTED
    most = sheet.width - 0.04
    sheet.bar(0, y - 0.01, sheet.width, 0.38 if row.known else 0.4 - 0.17 * row.heading, PAPER)
    sheet.text(0.02, y + 0.11, row.name, color=color, bold=row.summary or row.heading, most=most)
    if row.heading:
        return
    said = f"{row.said}, {row.words}" if row.words and row.known else row.said or row.words
    sheet.text(0.02, y + 0.28, said, size=SMALL, color=MUTED, most=most)
    if row.known:
        _interval(sheet, scale, row, y + 0.44)


def _interval(sheet: Sheet, scale: Scale, row: Ratio, y: float) -> None:
    if row.ratio is None or row.low is None or row.high is None:
        return
    color, shape, hollow = look_of(SUMMARY if row.summary else row.words)
    if row.predicted is not None:
        _span(sheet, scale, row.predicted, y, MUTED, dashed=True)
    _span(sheet, scale, (row.low, row.high), y, color)
    sheet.mark(scale.within(row.ratio), y, color, shape, size=7 if row.summary else 5.5, hollow=hollow)


def _span(
    sheet: Sheet, scale: Scale, ends: tuple[float, float], y: float, color: str, *, dashed: bool = False
) -> None:
    """A line between two values; an arrow where an end is beyond the axis."""
    low, high = (scale.within(max(end, scale.low / 2)) for end in ends)
    style: dict[str, Any] = {"linestyle": (0, (2, 1.5)), "linewidth": 1.2} if dashed else {"linewidth": 1.7}
    sheet.line([low, high], [y, y], color, **style)
    for beyond, x, shape in ((ends[0] < scale.low, low, "<"), (ends[1] > scale.high, high, ">")):
        if beyond:
            sheet.mark(x, y, color, shape, size=4)
        elif dashed:
            sheet.line([x, x], [y - 0.04, y + 0.04], color, linewidth=1.2)


def _ticks(scale: Scale) -> list[tuple[float, str]]:
    """The ticks that are inside: 1, and on each side those that are far enough from the one before."""
    chosen = [1.0] if scale.low <= 1 <= scale.high else []
    for side in (sorted(t for t in _TICKS if t > 1), sorted((t for t in _TICKS if t < 1), reverse=True)):
        last = 1.0
        for tick in side:
            if scale.low <= tick <= scale.high and abs(scale(tick) - scale(last)) > 0.4:
                chosen.append(tick)
                last = tick
    return [(tick, f"{tick:g}") for tick in sorted(chosen)]


def rows_known(rows: Sequence[Ratio]) -> bool:
    """Whether there is an interval among them."""
    return any(row.known for row in rows)
