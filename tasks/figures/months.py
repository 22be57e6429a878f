"""Alerts over time: e-mails and unique alerts by month, and which agency has which months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import ROW, Scale, Sheet, counted, key_height, measure, steps
from tasks.figures.style import ACCENT, FAINT, GRID, INK, MUTED, NARROW, SEQUENCE, SMALL, WIDE, clean
from tasks.figures.words import MOST_ROWS, count, listed, noun, total

_IMPLAUSIBLE: Final = "implausible"
_LONGEST: Final = 240
"""Months; a longer time is shown by year."""
_PANEL: Final = 1.15
_THICKEST: Final = 0.6
_COLORS: Final = (ACCENT, SEQUENCE[1])

Months = dict[tuple[str, str], tuple[int | None, int | None]]
"""E-mails and unique alerts by kind and month."""


def alert_figures(months: pa.Table | None) -> Iterator[Figure]:
    """All figures of alerts over time; none where no alert has a month.

    Args:
        months: ``public/alerts_by_month``.
    """
    if months is not None:
        yield from (
            made for made in (alerts_over_time(months), months_of_agencies(months)) if made is not None
        )


def alerts_over_time(months: pa.Table) -> Figure | None:
    """E-mails and unique alerts by month, all agencies together, by kind.

    Args:
        months: ``public/alerts_by_month``.

    Returns:
        The figure; None where no alert has a month.
    """
    rows = months.to_pylist()
    found = _by_kind(rows)
    if not found:
        return None
    kinds = sorted({kind for kind, _ in found}, key=lambda kind: (-_sum(found, kind), kind))
    paint = OverTime(tuple(kinds), found)
    dated = list(found.values())
    emails, unique = (total([numbers[place] for numbers in dated]) for place in (0, 1))
    first, last = paint.ends
    most = max(found, key=lambda key: (found[key][0] or 0, key))
    said = (
        f"Bars from {first} to {last}: e-mails {count(emails)}, unique alerts {count(unique)}. The most "
        f"e-mails are in {most[1]}: {count(found[most][0])} of the kind {clean(most[0])}."
    )
    return Figure(
        key="alerts-over-time",
        title="Alerts by month",
        alt=f"{said} {_undated(rows)}".strip(),
        table=_table(rows),
        paint=paint,
        size=(WIDE, paint.height),
        narrow=(NARROW, paint.height),
        caption=f"By the date of the alert. {paint.caption} {_undated(rows)}".strip(),
    )


def _by_kind(rows: Sequence[Mapping[str, Any]]) -> Months:
    """The numbers of the months that are months."""
    numbers: dict[tuple[str, str], list[tuple[int | None, int | None]]] = {}
    for row in rows:
        if row["month"] not in {None, _IMPLAUSIBLE}:
            numbers.setdefault((row["kind"], row["month"]), []).append((row["emails"], row["unique_alerts"]))
    return {
        key: (total([n for n, _ in each]), total([n for _, n in each]))
        for key, each in sorted(numbers.items())
    }


def _sum(found: Months, kind: str) -> int:
    return sum(numbers[0] or 0 for (of, _), numbers in found.items() if of == kind)


def _undated(rows: Sequence[Mapping[str, Any]]) -> str:
    """What is said of the alerts that no month has."""
    said = []
    for month, words in (
        (_IMPLAUSIBLE, "an implausible date (before 1990 or after 2100)"),
        (None, "no date"),
    ):
        numbers = [row["unique_alerts"] for row in rows if row["month"] == month]
        if numbers:
            said.append(f"{count(total(numbers))} unique alerts with {words}")
    return f"Not drawn: {' and '.join(said)}." if said else ""


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = {"agency": "agency", "kind": "kind", "month": "month", "emails": "e-mails"}
    columns: dict[str, Any] = {shown: [row[name] for row in rows] for name, shown in names.items()}
    columns["month"] = ["no date" if month is None else month for month in columns["month"]]
    columns["e-mails"] = pa.array(columns["e-mails"], pa.int64())
    return pa.table(
        {**columns, "unique alerts": pa.array([row["unique_alerts"] for row in rows], pa.int64())}
    )


def _number(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


@dataclass(frozen=True)
class OverTime:
    """Paints two panels of bars, e-mails above unique alerts; the kinds of a month stand on each other.

    Attributes:
        kinds: From bottom to top.
        found: The numbers.
    """

    kinds: tuple[str, ...]
    found: Months

    @property
    def height(self) -> float:
        """Inches down."""
        return 0.1 + 0.18 + 0.05 + 2 * (_PANEL + 0.3) + 0.05

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last month."""
        months = [month for _, month in self.found]
        return min(months), max(months)

    @property
    def step(self) -> int:
        """Months of a bar: 1, or 12 where the time is long."""
        first, last = map(_number, self.ends)
        return 1 if last - first < _LONGEST else 12

    @property
    def caption(self) -> str:
        """What a bar is."""
        unit = "month" if self.step == 1 else "year"
        return f"A bar is a {unit}; a {unit} without a bar has no alert in these mailboxes."

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        first, last = (_number(month) // self.step for month in self.ends)
        colors = [_COLORS[min(place, 1)] for place in range(len(self.kinds))]
        top = sheet.key(list(zip(self.kinds, colors, strict=True)), 0.1) + 0.05
        panels = [self._heights(place) for place in (0, 1)]
        left = 0.1 + max(measure(f"{max(_tops(each), default=0):,}", SMALL) for each in panels)
        scale = Scale(first, last + 1, left, sheet.width - 0.02)
        for name, heights in zip(("e-mails", "unique alerts"), panels, strict=True):
            sheet.text(0.02, top, name, size=SMALL, color=INK, bold=True)
            self._panel(sheet, scale, heights, colors, (top + 0.14, top + 0.14 + _PANEL))
            top += _PANEL + 0.3
        _years(sheet, scale, self.step, top - 0.05)

    def _heights(self, place: int) -> dict[int, list[int]]:
        """The numbers of each kind by bar."""
        bars: dict[int, list[int]] = {}
        for (kind, month), numbers in self.found.items():
            heights = bars.setdefault(_number(month) // self.step, [0] * len(self.kinds))
            heights[self.kinds.index(kind)] += numbers[place] or 0
        return bars

    def _panel(
        self,
        sheet: Sheet,
        scale: Scale,
        bars: Mapping[int, Sequence[int]],
        colors: Sequence[str],
        ends: tuple[float, float],
    ) -> None:
        top, bottom = ends
        high = max([1, *_tops(bars)])
        up = (bottom - top) / high
        for value, words in counted(steps(high, 3)):
            y = bottom - value * up
            sheet.line([scale.left, scale.right], [y, y], zorder=0.5, color=GRID if value else FAINT)
            sheet.text(scale.left - 0.05, y, words, size=SMALL, color=MUTED, align="right")
        wide = (scale.right - scale.left) / (scale.high - scale.low)
        thick = min(max(wide * 0.88, 0.01), _THICKEST)
        for place, color in enumerate(colors):
            boxes = []
            for bar, numbers in bars.items():
                below, tall = sum(numbers[:place]) * up, numbers[place] * up
                # A single alert beside thousands is a line that one sees.
                if numbers[place]:
                    tall = max(tall, 0.012)
                    boxes.append((scale(bar + 0.5) - thick / 2, bottom - below - tall, thick, tall))
            sheet.bars(boxes, color)


def _tops(bars: Mapping[int, Sequence[int]]) -> list[int]:
    return [sum(numbers) for numbers in bars.values()]


def _years(sheet: Sheet, scale: Scale, step: int, y: float) -> None:
    """The first month and the years below the bars, then as many other months as fit."""
    bars = range(int(scale.low), int(scale.high))
    if step == 1:
        words = {bar: str(bar // 12) if bar % 12 == 0 else _MONTHS[bar % 12] for bar in bars}
        words[bars[0]] = f"{_MONTHS[bars[0] % 12]} {bars[0] // 12}"
    else:
        words = {bar: str(bar) for bar in bars}
    ranks = ((bars[0],), (b for b in bars if b % 12 == 0), (b for b in bars if b % 3 == 0))
    taken: list[tuple[float, float]] = []
    for bar in [bar for rank in ranks for bar in rank] if step == 1 else bars:
        half = measure(words[bar], SMALL) / 2
        x = min(max(scale(bar + 0.5), half), sheet.width - half)
        if all(x + half + 0.06 < left or x - half - 0.06 > right for left, right in taken):
            sheet.text(x, y, words[bar], size=SMALL, color=MUTED, align="center")
            taken.append((x - half, x + half))


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


def months_of_agencies(months: pa.Table) -> Figure | None:
    """Which agency has alerts of which months, and how many.

    Args:
        months: ``public/alerts_by_month``.

    Returns:
        The figure; None for fewer than two agencies with dated alerts.
    """
    found: dict[str, dict[int, int]] = {}
    for row in months.to_pylist():
        if row["month"] not in {None, _IMPLAUSIBLE} and row["unique_alerts"]:
            of = found.setdefault(row["agency"], {})
            place = _number(row["month"])
            of[place] = of.get(place, 0) + row["unique_alerts"]
    if len(found) < 2:
        return None
    paint = Calendar(tuple(sorted(found.items())))
    said = [
        f"{name} {sum(of.values()):,} unique alerts in {noun(len(of), 'month', 'months')}, "
        f"{_month(min(of))} to {_month(max(of))}"
        for name, of in paint.rows
    ]
    cells = [(name, month, n) for name, of in paint.rows for month, n in sorted(of.items())]
    return Figure(
        key="alerts-by-agency",
        title="Unique alerts of each agency by month",
        alt=f"A row of squares for each of {len(found)} agencies, darker for more: {listed(said)}.",
        table=pa.table(
            {
                "agency": [name for name, _, _ in cells],
                "month": [_month(month) for _, month, _ in cells],
                "unique alerts": [n for _, _, n in cells],
            }
        ),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption="A blank month has no alert of the agency in these mailboxes. Each color has about "
        "equally many squares."
        + (f" Shown are the first {MOST_ROWS} agencies." if len(found) > MOST_ROWS else ""),
    )


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Calendar:
    """Paints a row of months for each agency.

    Attributes:
        rows: Names with unique alerts by month.
    """

    rows: tuple[tuple[str, dict[int, int]], ...]

    def height(self, width: float) -> float:
        """Inches down."""
        key = key_height(_between(self.lows), width)
        return 0.1 + key + ROW * min(len(self.rows), MOST_ROWS) + 0.3

    @property
    def lows(self) -> list[int]:
        """The lowest number of each class."""
        return _classes([n for _, of in self.rows for n in of.values()])

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        rows = self.rows[:MOST_ROWS]
        lows = self.lows
        colors = SEQUENCE[-len(lows) :] if len(lows) < len(SEQUENCE) else SEQUENCE
        top = sheet.key(list(zip(_between(lows), colors, strict=True)), 0.1)
        names = min(max(measure(clean(name)) for name, _ in rows), 1.3 if sheet.narrow else 2.0)
        every = [month for _, of in self.rows for month in of]
        scale = Scale(min(every), max(every) + 1, names + 0.14, sheet.width - 0.02)
        wide = (scale.right - scale.left) / (scale.high - scale.low)
        boxes: dict[str, list[tuple[float, float, float, float]]] = {color: [] for color in colors}
        for place, (name, of) in enumerate(rows):
            y = top + ROW * place
            sheet.text(names + 0.04, y + ROW / 2, name, align="right", most=names)
            for month, n in of.items():
                color = colors[sum(n >= low for low in lows) - 1]
                boxes[color].append((scale(month), y + 0.03, max(wide * 0.94, 0.01), ROW - 0.06))
        for color, found in boxes.items():
            sheet.bars(found, color)
        _years(sheet, scale, 1, top + ROW * len(rows) + 0.14)


def _classes(numbers: Sequence[int]) -> list[int]:
    """The lowest number of each of up to five classes with about as many numbers each."""
    ordered = sorted(numbers)
    return sorted({ordered[len(ordered) * step // len(SEQUENCE)] for step in range(len(SEQUENCE))})


def _between(lows: Sequence[int]) -> list[str]:
    ends = [*(low - 1 for low in lows[1:]), None]
    return [
        f"{low:,} or more" if end is None else f"{low:,}" if end == low else f"{low:,} to {end:,}"
        for low, end in zip(lows, ends, strict=True)
    ]
