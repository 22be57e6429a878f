"""How many people an alert went to: all alerts together, and each agency and kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import Scale, Sheet, counted, key_height, measure, row_height, steps
from tasks.figures.style import ACCENT, FAINT, GRID, INK, MUTED, NARROW, SEQUENCE, SMALL, WIDE, clean
from tasks.figures.words import MOST_ROWS, listed, noun

_PANEL: Final = 1.6
_FOOT: Final = 0.4
_TOP: Final = 0.06
_BINS: Final = 80
_COLORS: Final = (ACCENT, SEQUENCE[1])

Reached = dict[int, int]
"""Unique alerts by number of recipients."""


def officer_figures(reached: pa.Table | None) -> Iterator[Figure]:
    """All figures of recipients per alert; none where there is no alert.

    Args:
        reached: ``public/recipients_per_alert``.
    """
    if reached is not None:
        yield from (
            made for made in (officers_per_alert(reached), officers_by_agency(reached)) if made is not None
        )


def officers_per_alert(reached: pa.Table) -> Figure | None:
    """How many unique alerts reached how many people, all agencies together.

    Args:
        reached: ``public/recipients_per_alert``.

    Returns:
        The figure; None where there is no alert.
    """
    rows = reached.to_pylist()
    kinds = {kind: _of(rows, kind=kind) for kind in sorted({row["kind"] for row in rows})}
    kinds = {kind: of for kind, of in kinds.items() if of}
    if not kinds:
        return None
    kinds = dict(sorted(kinds.items(), key=lambda item: (-sum(item[1].values()), item[0])))
    paint = Histogram(tuple(kinds.items()))
    said = [f"{clean(kind)}: {_words(of)}" for kind, of in kinds.items()]
    return Figure(
        key="officers-per-alert",
        title="Officers that an alert went to",
        alt=f"Bars of the number of unique alerts by number of recipients. {listed(said)}.",
        table=_table(rows),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption=f"Distinct recipients of a unique alert, in To and Cc of all its e-mails. {paint.caption}",
    )


def _of(rows: Sequence[Mapping[str, Any]], **what: str) -> Reached:
    found: Reached = {}
    for row in rows:
        if row["alerts"] and all(row[name] == value for name, value in what.items()):
            found[row["recipients"]] = found.get(row["recipients"], 0) + row["alerts"]
    return found


def percentile(of: Reached, share: float) -> int:
    """The smallest number of recipients that at least this share of the alerts does not exceed.

    Args:
        of: Unique alerts by number of recipients; at least one.
        share: 0 to 1.

    Example:
        >>> percentile({1: 3, 5: 1}, 0.5), percentile({1: 3, 5: 1}, 0.9)
        (1, 5)
    """
    need, seen = share * sum(of.values()), 0
    for recipients in sorted(of):
        seen += of[recipients]
        if seen >= need - 1e-9:
            return recipients
    return max(of)


def _words(of: Reached) -> str:
    alerts = sum(of.values())
    return (
        f"{noun(alerts, 'unique alert', 'unique alerts')}, half of them to "
        f"{noun(percentile(of, 0.5), 'person', 'people')} or fewer, the most to {max(of):,}"
    )


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "agency": [row["agency"] for row in rows],
            "kind": [row["kind"] for row in rows],
            "recipients": [row["recipients"] for row in rows],
            "unique alerts": pa.array([row["alerts"] for row in rows], pa.int64()),
        }
    )


@dataclass(frozen=True)
class Histogram:
    """Paints bars of unique alerts by number of recipients; the kinds stand on each other.

    Attributes:
        kinds: The numbers of each kind, from bottom to top.
    """

    kinds: tuple[tuple[str, Reached], ...]

    @property
    def step(self) -> int:
        """Numbers of recipients in a bar."""
        most = max(max(of) for _, of in self.kinds)
        step = 1
        while most / step >= _BINS:
            # 1, 2, 5, 10, 20, 50 and so on.
            step = step * 5 // 2 if str(step)[0] == "2" else step * 2
        return step

    @property
    def caption(self) -> str:
        """What a bar is."""
        return "" if self.step == 1 else f"A bar holds {self.step} numbers, as 0 to {self.step - 1}."

    def height(self, width: float) -> float:
        """Inches down."""
        return 0.1 + key_height([kind for kind, _ in self.kinds], width) + 0.2 + _PANEL + _FOOT

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        colors = [_COLORS[min(place, 1)] for place in range(len(self.kinds))]
        top = sheet.key([(kind, color) for (kind, _), color in zip(self.kinds, colors, strict=True)], 0.1)
        sheet.text(0.02, top, "unique alerts", size=SMALL, color=INK, bold=True)
        top, bottom = top + 0.14, top + 0.14 + _PANEL
        bars = self._bars()
        high = max(sum(numbers) for numbers in bars.values())
        scale = Scale(
            min(0, *bars) if len(bars) > 1 else min(bars),
            max(bars) + 1,
            0.1 + measure(f"{high:,}", SMALL),
            sheet.width - 0.02,
        )
        up = (bottom - top) / high
        for value, words in counted(steps(high, 4)):
            y = bottom - value * up
            sheet.line([scale.left, scale.right], [y, y], GRID if value else FAINT, zorder=0.5)
            sheet.text(scale.left - 0.05, y, words, size=SMALL, color=MUTED, align="right")
        thick = min(max((scale.right - scale.left) / (scale.high - scale.low) * 0.88, 0.01), 0.6)
        for place, color in enumerate(colors):
            boxes = [
                (
                    scale(bar + 0.5) - thick / 2,
                    bottom - sum(numbers[:place]) * up - max(numbers[place] * up, 0.012),
                    thick,
                    max(numbers[place] * up, 0.012),
                )
                for bar, numbers in bars.items()
                if numbers[place]
            ]
            sheet.bars(boxes, color)
        self._numbers(sheet, scale, bottom + 0.1)

    def _bars(self) -> dict[int, list[int]]:
        bars: dict[int, list[int]] = {}
        for place, (_, of) in enumerate(self.kinds):
            for recipients, alerts in of.items():
                bars.setdefault(recipients // self.step, [0] * len(self.kinds))[place] += alerts
        return bars

    def _numbers(self, sheet: Sheet, scale: Scale, y: float) -> None:
        """Numbers of recipients below the bars: below the middle of a bar, or of its lowest number."""
        end = -1.0
        bars = range(int(scale.low), int(scale.high))
        each = max(1, round(steps(len(bars), 5 if sheet.narrow else 9)[1])) if len(bars) > 1 else 1
        for bar in (bar for bar in bars if bar % each == 0):
            words = f"{bar * self.step:,}"
            x, half = scale(bar + 0.5), measure(words, SMALL) / 2
            x = min(max(x, half), sheet.width - half)
            if x - half > end + 0.06:
                sheet.text(x, y, words, size=SMALL, color=MUTED, align="center")
                end = x + half
        middle = (scale.left + scale.right) / 2
        sheet.text(middle, y + 0.17, "recipients", size=SMALL, color=MUTED, align="center")


def officers_by_agency(reached: pa.Table) -> Figure | None:
    """The spread of recipients per alert in each agency and kind.

    Args:
        reached: ``public/recipients_per_alert``.

    Returns:
        The figure; None for fewer than two agencies or kinds.
    """
    rows = reached.to_pylist()
    names = sorted({(row["agency"], row["kind"]) for row in rows})
    found = {key: _of(rows, agency=key[0], kind=key[1]) for key in names}
    found = {key: of for key, of in found.items() if of}
    if len(found) < 2:
        return None
    paint = Spread(tuple((f"{agency}, {kind}", of) for (agency, kind), of in found.items()))
    said = [f"{name}: {_words(of)}" for name, of in paint.rows]
    shares = {"a quarter up to": 0.25, "half up to": 0.5, "three quarters up to": 0.75}
    return Figure(
        key="officers-by-agency",
        title="Officers that an alert went to, by agency and kind",
        alt=f"For each agency and kind a line over all numbers of recipients, with the middle half thick and "
        f"the median marked: {listed(said)}.",
        table=pa.table(
            {
                "agency": [agency for agency, _ in found],
                "kind": [kind for _, kind in found],
                "unique alerts": [sum(of.values()) for of in found.values()],
                "fewest": [min(of) for of in found.values()],
                **{name: [percentile(of, share) for of in found.values()] for name, share in shares.items()},
                "most": [max(of) for of in found.values()],
            }
        ),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption="The thin line goes from the fewest to the most recipients, the thick one holds the middle "
        "half of the unique alerts, the mark is the median."
        + (f" Shown are the first {MOST_ROWS} rows." if len(found) > MOST_ROWS else ""),
    )


@dataclass(frozen=True)
class Spread:
    """Paints a line each from the least to the most, its middle half thick, its median marked.

    Attributes:
        rows: Names with the numbers.
    """

    rows: tuple[tuple[str, Reached], ...]

    def height(self, width: float) -> float:
        """Inches down."""
        return _TOP + row_height(width) * min(len(self.rows), MOST_ROWS) + _FOOT

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        rows = self.rows[:MOST_ROWS]
        names = min(max(measure(clean(name)) for name, _ in rows), 2.6)
        most = max(max(of) for _, of in rows)
        behind = max(measure(f"{percentile(of, 0.5):,}", SMALL) for _, of in rows)
        left = 0.06 if sheet.narrow else names + 0.14
        scale = Scale(0, max(most, 1), left, sheet.width - behind - 0.16)
        tall = row_height(sheet.width)
        ticks = counted(steps(most, 3 if sheet.narrow else 6))
        sheet.axis(scale, ticks, _TOP, _TOP + tall * len(rows), "recipients; at the right the median")
        for place, (name, of) in enumerate(rows):
            y = sheet.name(_TOP + tall * place, name, names)
            low, quarter, half, three, high = (scale(percentile(of, s)) for s in (0, 0.25, 0.5, 0.75, 1))
            sheet.line([low, high], [y, y], MUTED, linewidth=0.9)
            sheet.line([quarter, three], [y, y], ACCENT, linewidth=4.5)
            sheet.mark(half, y, INK, "o", size=4.5)
            median = f"{percentile(of, 0.5):,}"
            sheet.text(sheet.width - 0.02, y, median, size=SMALL, color=INK, align="right")
