"""Kinds of mail: how many e-mails of each, and their shares by agency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import ROW, Scale, Sheet, counted, key_height, measure, steps
from tasks.figures.style import ACCENT, FAINT, INK, MUTED, NARROW, SEQUENCE, SMALL, WIDE, clean
from tasks.figures.words import MOST_ROWS, NOT_SHOWN, count, listed, noun, total

_TOP: Final = 0.06
_FOOT: Final = 0.4
_OTHER: Final = "all others"
_COLORS: Final = (ACCENT, SEQUENCE[1], SEQUENCE[3], SEQUENCE[2], FAINT)
"""Neighbors differ in lightness, for who does not tell the colors apart."""


def kinds_of_mail(kinds: pa.Table) -> Figure | None:
    """The number of e-mails of each kind, all agencies together.

    Args:
        kinds: ``public/kinds``.

    Returns:
        The figure; None where there is no e-mail.
    """
    rows = kinds.to_pylist()
    numbers = _by(rows, "kind")
    if not any(numbers.values()):
        return None
    every = sum(number or 0 for number in numbers.values())
    agencies = noun(len({row["agency"] for row in rows}), "agency", "agencies")
    bars = Bars(tuple((name, number) for name, number in numbers.items()), "e-mails", every)
    said = listed([f"{name} {count(number)}" for name, number in numbers.items()])
    return Figure(
        key="kinds-of-mail",
        title="E-mails by kind",
        alt=f"Bars of the number of e-mails of each kind, of {every:,} e-mails of {agencies}: {said}.",
        table=pa.table(
            {
                "kind": list(numbers),
                "e-mails": pa.array(list(numbers.values()), pa.int64()),
                "share in %": [_percent(number, every) for number in numbers.values()],
            }
        ),
        paint=bars,
        size=(WIDE, bars.height),
        narrow=(NARROW, bars.height),
        caption=f"E-mails of {agencies}, copies included; beside each number its share of all.",
    )


def _by(rows: Sequence[Mapping[str, Any]], column: str) -> dict[str, int | None]:
    """E-mails by a column, the most first; None where no number of them is published."""
    found: dict[str, list[int | None]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row["emails"])
    summed = {name: total(numbers) for name, numbers in found.items()}
    return dict(sorted(summed.items(), key=lambda item: (-(item[1] or 0), item[0])))


def _percent(number: int | None, every: int) -> float | None:
    return None if number is None else round(100 * number / every, 1)


@dataclass(frozen=True)
class Bars:
    """Paints a bar each, with its number and share behind it.

    Attributes:
        bars: Names with numbers, from top to bottom; None for a number that is not shown.
        unit: What is counted.
        every: All of them together.
    """

    bars: tuple[tuple[str, int | None], ...]
    unit: str
    every: int

    @property
    def height(self) -> float:
        """Inches down."""
        return _TOP + ROW * min(len(self.bars), MOST_ROWS) + _FOOT

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        bars = self.bars[:MOST_ROWS]
        names = min(max(measure(clean(name)) for name, _ in bars), 1.25 if sheet.narrow else 2.2)
        behind = max(measure(self._said(number), SMALL) for _, number in bars)
        high = max(number or 0 for _, number in bars)
        scale = Scale(0, high, names + 0.14, sheet.width - behind - 0.12)
        sheet.axis(
            scale, counted(steps(high, 3 if sheet.narrow else 5)), _TOP, _TOP + ROW * len(bars), self.unit
        )
        for place, (name, number) in enumerate(bars):
            y = _TOP + ROW * (place + 0.5)
            sheet.text(names + 0.04, y, name, align="right", most=names)
            end = scale(number or 0)
            if number:
                # No bar is thinner than a pixel: it is there.
                sheet.bar(scale.left, y - 0.07, max(end - scale.left, 0.01), 0.14, ACCENT)
            sheet.text(end + 0.05, y, self._said(number), size=SMALL, color=MUTED)

    def _said(self, number: int | None) -> str:
        if number is None:
            return NOT_SHOWN
        share = 100 * number / self.every
        return f"{number:,} ({share:.1f} %)" if share >= 0.05 or not number else f"{number:,} (< 0.1 %)"


def kinds_by_agency(kinds: pa.Table) -> Figure | None:
    """The shares of the kinds of mail in each agency.

    Args:
        kinds: ``public/kinds``.

    Returns:
        The figure; None for fewer than two agencies with e-mails.
    """
    rows = kinds.to_pylist()
    agencies = {name: number for name, number in _by(rows, "agency").items() if number}
    if len(agencies) < 2:
        return None
    names = list(_by(rows, "kind"))
    shown = names if len(names) <= len(_COLORS) else names[: len(_COLORS) - 1]
    shares = {agency: [0] * len(shown) + [0] for agency in agencies}
    for row in rows:
        if row["agency"] in shares:
            place = shown.index(row["kind"]) if row["kind"] in shown else len(shown)
            shares[row["agency"]][place] += row["emails"] or 0
    entries = (*shown, *([_OTHER] if len(names) > len(shown) else []))
    paint = Shares(entries, tuple((name, tuple(numbers[: len(entries)])) for name, numbers in shares.items()))
    first = shown[0]
    said = [
        f"{name} {count(agencies[name])} e-mails, {100 * numbers[0] / (sum(numbers) or 1):.1f} % {first}"
        for name, numbers in shares.items()
    ]
    return Figure(
        key="kinds-by-agency",
        title="Kinds of e-mail in each agency",
        alt=f"A bar for each of {len(agencies)} agencies, divided by kind of e-mail: {listed(said)}.",
        table=_agency_table(rows),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption="Each bar is all e-mails of an agency; their number is beside it."
        + (f" Shown are the {MOST_ROWS} agencies with the most." if len(agencies) > MOST_ROWS else ""),
    )


def _agency_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "agency": [row["agency"] for row in rows],
            "kind": [row["kind"] for row in rows],
            "e-mails": pa.array([row["emails"] for row in rows], pa.int64()),
            "share in %": [None if row["share"] is None else round(100 * row["share"], 1) for row in rows],
        }
    )


@dataclass(frozen=True)
class Shares:
    """Paints a bar of 100 % each, divided in parts.

    Attributes:
        parts: What the parts are, at most five.
        bars: Names with the numbers of their parts, from top to bottom.
    """

    parts: tuple[str, ...]
    bars: tuple[tuple[str, tuple[int, ...]], ...]

    def height(self, width: float) -> float:
        """Inches down."""
        return 0.1 + key_height(self.parts, width) + ROW * min(len(self.bars), MOST_ROWS) + _FOOT

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        colors = _COLORS[: len(self.parts)]
        top = sheet.key(list(zip(self.parts, colors, strict=True)), 0.1)
        bars = self.bars[:MOST_ROWS]
        names = min(max(measure(clean(name)) for name, _ in bars), 1.3 if sheet.narrow else 2.2)
        behind = max(measure(f"{sum(numbers):,}", SMALL) for _, numbers in bars)
        scale = Scale(0, 100, names + 0.14, sheet.width - behind - 0.12)
        bottom = top + ROW * len(bars)
        ticks = [(value, f"{value} %") for value in ((0, 50, 100) if sheet.narrow else (0, 25, 50, 75, 100))]
        sheet.axis(scale, ticks, top, bottom, "share of the e-mails")
        boxes: dict[str, list[tuple[float, float, float, float]]] = {}
        for place, (name, numbers) in enumerate(bars):
            y, left = top + ROW * (place + 0.5), scale.left
            sheet.text(names + 0.04, y, name, align="right", most=names)
            for color, number in zip(colors, numbers, strict=True):
                wide = number / (sum(numbers) or 1) * (scale.right - scale.left)
                if number:
                    gap = 0.008 if wide > 0.03 else 0
                    boxes.setdefault(color, []).append((left, y - 0.075, wide - gap, 0.15))
                left += wide
            sheet.text(scale.right + 0.06, y, f"{sum(numbers):,}", size=SMALL, color=INK)
        for color, found in boxes.items():
            sheet.bars(found, color)


def kinds_figures(kinds: pa.Table | None) -> Iterator[Figure]:
    """All figures of the kinds of mail; none where there is no e-mail.

    Args:
        kinds: ``public/kinds``.
    """
    if kinds is not None:
        yield from (made for made in (kinds_of_mail(kinds), kinds_by_agency(kinds)) if made is not None)
