"""The ledger as a flow: what entered, what left it on the way and why, and what is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import ROW, Sheet, measure
from tasks.figures.style import ACCENT, FAINT, INK, MUTED, NARROW, SMALL, TEXT, WIDE
from tasks.figures.words import listed

UNKNOWN: Final = "unknown"
"""Words in the place of a count that is not known."""

NOT_PUBLISHED: Final = "not published"
"""Words in the place of a count that is left out of the public tables (method 12.6)."""

_THIN: Final = 1.4 / 72
"""Inches of the thinnest ribbon."""
_TOP: Final = 0.12
_FOOT: Final = 0.34
_LEFT: Final = 0.02

_Outline = list[tuple[float, float]]


@dataclass(frozen=True)
class Stage:
    """What is there at a point of the flow.

    Attributes:
        name: What they are, as "e-mails".
        count: How many; None where that is not known.
        left: What leaves after it, each with its reason and its number.
    """

    name: str
    count: int | None
    left: tuple[tuple[str, int | None], ...] = ()


def flow(
    key: str, title: str, stages: Sequence[Stage], caption: str = "", *, missing: str = UNKNOWN
) -> Figure | None:
    """What entered as a band that grows thinner downwards, with a ribbon for each reason why something left.

    Args:
        key: Place in the page.
        title: What it shows.
        stages: From what entered to what is left; each is the one before without what left it.
        caption: What one should know beside the scale.
        missing: What stands in the place of a count that is None.

    Returns:
        The figure; None where nothing entered.
    """
    if not stages or stages[0].count == 0:
        return None
    rows = []
    for stage in stages:
        rows.append((stage.name, stage.count, ""))
        rows += [(name, count, stage.name) for name, count in stage.left]
    paint = _Paint(tuple(stages), missing)
    words = [f"{_count(count, missing)} {name}" + (f" (of {of})" if of else "") for name, count, of in rows]
    return Figure(
        key=key,
        title=title,
        alt=f"A band from top to bottom: {listed(words, most=40)}.",
        table=pa.table(
            {
                "what": [name for name, _, _ in rows],
                "left out of": [of or None for _, _, of in rows],
                "count": pa.array([count for _, count, _ in rows], pa.int64()),
            }
        ),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption=_caption(stages, caption, missing),
    )


def _caption(stages: Sequence[Stage], more: str, missing: str) -> str:
    counts = [count for stage in stages for count in (stage.count, *(n for _, n in stage.left))]
    said = ["Widths are in proportion to counts, by the bar at the foot; the thinnest line stands for fewer."]
    if None in counts:
        known = "known" if missing == UNKNOWN else missing.removeprefix("not ")
        said.append(f"A dashed outline is a number that is not {known}.")
    if 0 in counts:
        said.append("A number of 0 has no ribbon.")
    return " ".join([*said, *([more] if more else [])])


def _count(count: int | None, missing: str) -> str:
    return missing if count is None else f"{count:,}"


@dataclass(frozen=True)
class _Paint:
    """Paints the flow; its height comes from the widths of what leaves."""

    stages: tuple[Stage, ...]
    missing: str = UNKNOWN

    @property
    def most(self) -> int:
        counts = [n for stage in self.stages for n in (stage.count, *(m for _, m in stage.left))]
        return max([n for n in counts if n is not None], default=0) or 1

    def wide(self, count: int | None, full: float) -> float:
        """Inches of a ribbon."""
        if count is None:
            return full * 0.12
        return 0.0 if count == 0 else max(count / self.most * full, _THIN)

    def widths(self, full: float) -> list[float]:
        """Inches of the band at each stage: no less than what leaves it and what is left."""
        after, found = 0.0, []
        for stage in reversed(self.stages):
            after += sum(self.wide(n, full) for _, n in stage.left)
            after = max(after, self.wide(stage.count, full))
            found.append(after)
        return found[::-1]

    def height(self, width: float) -> float:
        full, y = _full(width), _TOP
        for stage in self.stages:
            y += ROW + sum(self.row(n, full) for _, n in stage.left)
        return y + _FOOT

    def row(self, count: int | None, full: float) -> float:
        return max(ROW, self.wide(count, full) + 0.08)

    def __call__(self, canvas: Any) -> None:
        sheet = Sheet(canvas)
        full = _full(sheet.width)
        numbers = max(
            measure(_count(n, self.missing), TEXT, bold=True) for s in self.stages for n in _counts(s)
        )
        widths = self.widths(full)
        widths = [_LEFT + width for width in widths]
        ends = max(widths) + (0.2 if sheet.narrow else 0.45)
        column = ends + 0.06 + numbers
        y = _TOP
        band: list[_Outline] = []
        dashed: list[_Outline] = []
        for stage, before in zip(self.stages, widths, strict=True):
            self._write(sheet, column, y + ROW / 2, stage.name, stage.count, bold=True)
            right, row = before, y + ROW
            for name, count in stage.left:
                wide, tall = self.wide(count, full), self.row(count, full)
                self._write(sheet, column, row + tall / 2, name, count)
                if count != 0:
                    outline = _ribbon((right - wide, right), y, row + tall / 2, ends)
                    _draw(sheet, [outline], FAINT, known=count is not None)
                right, row = right - wide, row + tall
            (dashed if stage.count is None else band).append(
                [(_LEFT, y), (right, y), (right, row), (_LEFT, row)]
            )
            y = row
        _draw(sheet, band, ACCENT)
        _draw(sheet, dashed, ACCENT, known=False)
        _scale(sheet, self.most, full, y + 0.12)

    def _write(
        self, sheet: Sheet, column: float, y: float, name: str, count: int | None, *, bold: bool = False
    ) -> None:
        color = INK if bold else MUTED
        sheet.text(column, y, _count(count, self.missing), color=color, bold=bold, align="right")
        left = column + 0.08
        sheet.text(left, y, name, color=color, bold=bold, most=sheet.width - left - 0.02)


def _counts(stage: Stage) -> list[int | None]:
    return [stage.count, *(count for _, count in stage.left)]


def _full(width: float) -> float:
    return 1.6 if width > 5 else 0.64


def _draw(sheet: Sheet, outlines: Sequence[_Outline], color: str, *, known: bool = True) -> None:
    if known:
        sheet.shape(outlines, color)
    else:
        sheet.shape(outlines, "none", edgecolor=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))


def _ribbon(sides: tuple[float, float], top: float, middle: float, end: float) -> _Outline:
    """Down beside the band from the top of the stage, then round to the right to the end."""
    left, right = sides
    wide, inner = right - left, 0.07
    upper, lower = middle - wide / 2, middle + wide / 2
    turn = (right + inner, upper - inner)
    down, back = _arc(*turn, inner), _arc(*turn, inner + wide)[::-1]
    return [(left, top), (right, top), *down, (end, upper), (end, lower), *back]


def _arc(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """A quarter of a circle around a point, from its left to its bottom."""
    steps = 8 if radius < 0.2 else 24
    turns = [math.pi / 2 * step / steps for step in range(steps + 1)]
    return [(x - radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def _scale(sheet: Sheet, most: int, full: float, y: float) -> None:
    """A bar of a round number, as wide as a ribbon of that number is."""
    power = 10 ** int(math.log10(most))
    number = next(each * power for each in (5, 2, 1) if each * power <= most)
    wide = number / most * full
    sheet.line([_LEFT, _LEFT + wide], [y, y], MUTED, linewidth=1.5)
    sheet.text(_LEFT, y + 0.11, f"this wide: {number:,}", size=SMALL, color=MUTED)
