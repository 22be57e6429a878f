"""What was counted per 1,000 people, from the poorest tenth of the tracts to the richest (method 7.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tasks.figures import style
from tasks.figures.city import LEAST_EXPECTED
from tasks.figures.figure import Figure
from tasks.figures.sheet import Scale, Sheet, steps
from tasks.percentile import percentile

if TYPE_CHECKING:
    import pyarrow as pa

_LAST: Final = 10
_LEFT: Final = 1.95
"""Inches for the incomes, whose longest is "richest: $112,277 to $250,001"."""
_RIGHT: Final = 0.62
"""Inches for the number beside the longest bar."""
_ABOVE: Final = 0.05
_BELOW: Final = 0.45
_INCH: Final = 0.24
"""Inches of a bar and the space about it."""


@dataclass(frozen=True)
class _Bars:
    """Paints the bars; it can be sent to a worker."""

    labels: tuple[str, ...]
    rates: tuple[float | None, ...]
    few: tuple[bool, ...]
    name: str

    def __call__(self, canvas: Any) -> None:
        sheet = Sheet(canvas)
        highest = max([rate for rate in self.rates if rate] or [1])
        scale = Scale(0, highest, _LEFT, sheet.width - _RIGHT)
        foot = _ABOVE + _INCH * len(self.rates)
        filled = []
        for row, (words, rate, few) in enumerate(zip(self.labels, self.rates, self.few, strict=True)):
            top = _ABOVE + row * _INCH
            middle = top + _INCH / 2
            sheet.text(_LEFT - 0.06, middle, words, align="right")
            if rate is None:
                sheet.text(_LEFT + 0.05, middle, "not published", size=style.SMALL)
                continue
            box = (_LEFT, top + _INCH * 0.14, scale(rate) - _LEFT, _INCH * 0.72)
            if few:
                sheet.bar(*box, "none", edgecolor=style.ACCENT, linewidth=0.8, hatch="////")
            else:
                filled.append(box)
            sheet.text(scale(rate) + 0.05, middle, f"{rate:,.2f}", size=style.SMALL)
        sheet.bars(filled, style.ACCENT)
        most = 3 if sheet.narrow else 7
        ticks = [(value, f"{value:,g}") for value in steps(highest, most)]
        title = f"{style.shortened(self.name, 1.2 if sheet.narrow else 2.0)} per 1,000 people"
        sheet.axis(scale, ticks, _ABOVE, foot, title)
        sheet.line([_LEFT, _LEFT], [_ABOVE, foot])


def deciles(rows: pa.Table, key: str, counted: str = "posts", about: str = "") -> Figure:
    """The rate of each tenth of the tracts by income.

    Args:
        rows: ``public/city_deciles``, or ``public/crime_deciles`` as :func:`with_limits` gives it, of one
            city (and type), in order, at least one.
        key: Of the figure.
        counted: The column with the counts.
        about: What is counted, in words; ``counted`` where it is "".
    """
    import pyarrow as pa

    what = style.clean(about or counted)
    place = style.clean(rows["city"][0].as_py())
    found = rows.to_pylist()
    rates = [row[f"{counted}_per_1000"] for row in found]
    ranges = [f"${row['income_low']:,.0f} to ${row['income_high']:,.0f}" for row in found]
    few = _few(found, counted)
    table = pa.table(
        {
            "decile of income": rows["decile"],
            "income from, dollars": [round(row["income_low"]) for row in found],
            "income to, dollars": [round(row["income_high"]) for row in found],
            "tracts": rows["tracts"],
            "population": rows["population"],
            counted: rows[counted],
            f"{counted} per 1,000": [None if rate is None else round(rate, 2) for rate in rates],
            "rests on few people": ["yes" if each else "" for each in few],
        }
    )
    tall = _ABOVE + _INCH * len(found) + _BELOW
    return Figure(
        key=key,
        title=f"{place}: {what} per 1,000 people in each tenth of the tracts by income",
        alt=_alt(place, what, ranges, rates),
        table=table,
        paint=_Bars(
            tuple(_label(row, words) for row, words in zip(found, ranges, strict=True)),
            tuple(rates),
            tuple(few),
            counted,
        ),
        size=(style.WIDE, tall),
        caption=(
            "Each tenth holds about the same number of tracts; its rate is that of all its people together. "
            "The tenths only describe; the test is over single tracts."
            + (" Hatched bars rest on few people." if any(few) else "")
        ),
        narrow=(style.NARROW, tall),
    )


def with_limits(rows: pa.Table, income: npt.NDArray[np.float64]) -> pa.Table:
    """Rows of ``public/crime_deciles`` with the cut points of income, those of the city (method 7.2).

    Args:
        rows: Of one city and type.
        income: float64, n: of the tracts of the city that are used.
    """
    import pyarrow as pa

    for column, less in (("income_low", 1), ("income_high", 0)):
        limits = [percentile(income, decile - less, _LAST) for decile in rows["decile"].to_pylist()]
        rows = rows.append_column(column, pa.array(limits, pa.float64()))
    return rows


def _label(row: dict[str, Any], words: str) -> str:
    name = {1: "poorest: ", _LAST: "richest: "}.get(row["decile"], "")
    return f"{name}{words}"


def _few(rows: Sequence[dict[str, Any]], counted: str) -> list[bool]:
    """In which tenths fewer than five would be expected at the city's own rate (method 13.7)."""
    known = [row for row in rows if row[counted] is not None]
    people = sum(row["population"] for row in known)
    rate = sum(row[counted] for row in known) / people if people else 0.0
    return [row[counted] is not None and row["population"] * rate < LEAST_EXPECTED for row in rows]


def _alt(place: str, what: str, ranges: Sequence[str], rates: Sequence[float | None]) -> str:
    said = "; ".join(
        f"{words}: {'not published' if rate is None else f'{rate:,.2f}'}"
        for words, rate in zip(ranges, rates, strict=True)
    )
    return f"Bars of {what} per 1,000 people in {place}, from the poorest tracts to the richest. {said}."
