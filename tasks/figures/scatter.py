"""Each tract of a city as a point: income against what was counted per 1,000 people (method 13.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.figures import style
from tasks.figures.city import City, table_of
from tasks.figures.figure import Figure
from tasks.figures.fitted import Fitted
from tasks.figures.plane import Plane
from tasks.figures.signs import Sign, draw_signs

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LEFT: Final = 0.62
_BELOW: Final = 0.5
_ABOVE: Final = 0.62
"""Inches beside the points, the last for three lines of the legend."""

_CROWD: Final = 400
"""Points, of more than which each is smaller."""
_SHARES: Final = 6
"""Paths of points: where points of different ones lie over each other, it is darker."""
_HALF: Final = 0.05 / 72
"""Inches: half the length of a line that is a dot."""

_STEPS: Final = 60
"""Places at which the ends of the band are computed."""

_BAND: Final = 0.6
"""How much of what is below the band is covered."""
_LAST: Final = 6
"""Of what is drawn above all else."""


@dataclass(frozen=True)
class _Points:
    """Paints the points, the line and its band; it can be sent to a worker."""

    income: Floats
    rate: Floats
    used: Flags
    uncertain: Flags
    line: Fitted | None
    name: str

    def __call__(self, canvas: Any) -> None:
        # Fixed margins: to let Matplotlib find them takes longer than all else.
        wide, tall = canvas.get_size_inches()
        canvas.set_layout_engine("none")
        box = (_LEFT, _BELOW, wide - _LEFT - 0.15, tall - _BELOW - _ABOVE)
        across, up = _about(self.income), (0.0, max(float(self.rate.max()) * 1.04, 1e-9))
        values = Plane.of_values(canvas, box, across, up)
        shown: list[Sign] = [] if self.line is None else self._line(values, self.line)
        shown += self._dots(
            values, _at(self.income, across, box[0], box[2]), _at(self.rate, up, box[1], box[3])
        )
        self._grid(Plane.of_inches(canvas), box, across, up)
        draw_signs(canvas, shown, zorder=_LAST)

    def _grid(
        self,
        inches: Plane,
        box: tuple[float, float, float, float],
        across: tuple[float, float],
        up: tuple[float, float],
    ) -> None:
        """Lines of a grid with their values: the ticks of Matplotlib take a third of the time of a figure."""
        from matplotlib.ticker import MaxNLocator

        look = {"zorder": _LAST}
        muted = look | {"color": style.MUTED}
        lines = []
        for value in MaxNLocator(4 if style.is_narrow(inches.canvas) else 8).tick_values(*across):
            if across[0] <= value <= across[1]:
                x = _at(value, across, box[0], box[2])
                lines.append((x, box[1], x, box[1] + box[3]))
                said = f"${value / 1000:,.0f}k" if value else "$0"
                place = min(x, inches.canvas.get_figwidth() - 0.28)  # within the sheet
                inches.text(place, box[1] - 0.05, said, ha="center", va="top", **muted)
        for value in MaxNLocator(7).tick_values(*up):
            if up[0] <= value <= up[1]:
                y = _at(value, up, box[1], box[3])
                lines.append((box[0], y, box[0] + box[2], y))
                inches.text(box[0] - 0.05, y, f"{value:,g}", ha="right", va="center_baseline", **look)
        _lines(inches, lines, style.GRID)
        edges = ((box[0], box[1] + box[3], box[0], box[1]), (box[0], box[1], box[0] + box[2], box[1]))
        _lines(inches, edges, style.FAINT)
        middle = box[0] + box[2] / 2
        inches.text(middle, 0.12, "median household income of the tract", ha="center", va="bottom", **muted)
        said = f"{style.shortened(self.name, 2.0)} per 1,000 people"
        inches.text(0.05, box[1] + box[3] / 2, said, ha="left", va="center", rotation=90, **muted)

    def _dots(self, values: Plane, across: Floats, up: Floats) -> list[Sign]:
        """Draw the points, which are at these inches, and give their signs."""
        from matplotlib.lines import Line2D

        inches = Plane.of_inches(values.canvas)
        size = 2.6 if self.used.sum() > _CROWD else 3.6
        filled, hollow = self.used & ~self.uncertain, self.used & self.uncertain
        for share in range(_SHARES):
            chosen = np.flatnonzero(filled)[share::_SHARES]
            _dot(inches, across[chosen], up[chosen], color=style.ACCENT, linewidth=size, alpha=0.6)
        _dot(inches, across[hollow], up[hollow], color=style.ACCENT, linewidth=size + 0.4)
        _dot(inches, across[hollow], up[hollow], color=style.PAPER, linewidth=size - 0.8)
        look: dict[str, Any] = {"linestyle": "none", "markersize": size}
        shown: list[Sign] = []
        if filled.any():
            one = {"marker": "o", "color": style.ACCENT, "markeredgewidth": 0}
            shown.append(("tract", look | one))
        if hollow.any():
            ring = {"markerfacecolor": style.PAPER, "markeredgecolor": style.ACCENT, "markeredgewidth": 0.6}
            shown.append(("rests on few people", look | {"marker": "o"} | ring))
        if (~self.used).any():
            look |= {"marker": "x", "color": style.MUTED, "markeredgewidth": 0.8}
            shown.append(("few people, not in the line", look))
            values.add(Line2D(self.income[~self.used], self.rate[~self.used], **look))
        return shown

    def _line(self, values: Plane, line: Fitted) -> list[Sign]:
        """Draw the line and its band, and give their signs."""
        from matplotlib.collections import FillBetweenPolyCollection
        from matplotlib.lines import Line2D

        known = self.income[self.used]
        across = np.linspace(known.min(), known.max(), _STEPS)
        low, high = line.band(across)
        look: dict[str, Any] = {"color": style.FAINT, "alpha": _BAND, "linewidth": 0}
        values.add(FillBetweenPolyCollection("x", across, low, high, **look), cut=True)
        for end in (low, high):  # seen over the points too
            dashes = Line2D(across, end, color=style.INK, linewidth=0.6, linestyle=(0, (4, 2)), zorder=4)
            values.add(dashes, cut=True)
        values.add(Line2D(across, line.at(across), color=style.INK, zorder=5), cut=True)
        band = {"facecolor": (style.FAINT, _BAND), "linewidth": 0}
        return [("95 % band of the line", band), ("least-squares line", {"color": style.INK})]


def _dot(inches: Plane, across: Floats, up: Floats, **look: Any) -> None:
    """Many dots as one path of lines that are hardly longer than nothing, with round ends.

    A browser takes a second for 20,000 things of one dot each, and nothing for a path.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not len(across):
        return
    ends = np.column_stack([across - _HALF, up, across + _HALF, up]).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.LINETO], len(across))
    patch = PathPatch(Path(ends, codes), fill=False, capstyle="round", snap=False, zorder=2.5, **look)
    inches.add(patch)


def _at(value: Any, scale: tuple[float, float], begin: float, long: float) -> Any:
    """Inches of values on a scale that begins there and is so long."""
    return begin + (value - scale[0]) / (scale[1] - scale[0]) * long


def _about(values: Floats) -> tuple[float, float]:
    """From the lowest value to the highest, and a little more on both sides."""
    low, high = float(values.min()), float(values.max())
    more = (high - low) * 0.04 or 1.0
    return low - more, high + more


def _lines(inches: Plane, ends: Sequence[tuple[float, float, float, float]], color: str) -> None:
    """Straight lines of one color, as one path below all else."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = np.array(ends).reshape(-1, 2)
    path = Path(corners, np.tile([Path.MOVETO, Path.LINETO], len(ends)))
    inches.add(PathPatch(path, fill=False, edgecolor=color, linewidth=0.8, zorder=0.5))


def scatter(city: City, row: Mapping[str, Any], key: str, about: str = "") -> Figure:
    """One point per tract, the least-squares line, and the band in which the line lies.

    Args:
        city: Its tracts; at least one is shown.
        row: Its row of ``public/city_tests`` or ``public/crime_tests`` at the level of tracts.
        key: Of the figure.
        about: What is counted, in a title; ``counted`` of the city where it is "".
    """
    known = ~np.isnan(city.rate) & ~np.isnan(city.income)
    line = line_of(city, row)
    what = style.clean(about or city.counted)
    place = style.clean(city.name)
    return Figure(
        key=key,
        title=f"{place}: {what} per 1,000 people and income, one point per tract",
        alt=_alt(city, line, place, what),
        table=table_of(city),
        paint=_Points(
            city.income[known], city.rate[known], city.shown[known], city.uncertain[known], line, city.counted
        ),
        size=(style.WIDE, 3.8),
        caption=_caption(city, known, line),
        narrow=(style.NARROW, 3.6),
    )


def line_of(city: City, row: Mapping[str, Any]) -> Fitted | None:
    """The line of the tests, over the tracts that are used; None where there is none (methods 7.5 and 7.7).

    Args:
        city: Its tracts.
        row: Of the tests.
    """
    if row["slope"] is None:
        return None
    if (city.shown == city.used).all():
        return Fitted.through(city.income[city.used], city.rate[city.used])
    return Fitted.told(city.income[city.used], row)


def _alt(city: City, line: Fitted | None, place: str, what: str) -> str:
    rate, income = city.rate[city.shown], city.income[city.shown]
    said = (
        f"{len(rate):,} points, one per tract of {place}: income from ${income.min():,.0f} to "
        f"${income.max():,.0f}, {what} per 1,000 people from {rate.min():.2f} to {rate.max():.2f}."
    )
    if line is None:
        return f"{said} There is no line."
    low, high = line.at(np.array([income.min(), income.max()]))
    way = "rises" if high > low else "falls"
    return f"{said} The line {way} from {low:.2f} at the lowest income to {high:.2f} at the highest."


def _caption(city: City, known: Flags, line: Fitted | None) -> str:
    left_out = int((~known).sum())
    said = [
        "Each used tract is a point, and counts the same in the line, whatever its number of people."
        if line is not None
        else "Each used tract is a point."
    ]
    if line is not None:
        said.append("The band holds the line with 95 % confidence, if tracts were independent.")
    if (known & city.uncertain).any():
        said.append("Hollow points and crosses rest on few people.")
    if left_out:
        tracts = "tract has no point: it has" if left_out == 1 else "tracts have no point: they have"
        said.append(f"{left_out:,} listed {tracts} no income, no people or no count.")
    return " ".join(said)
