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
        axes = canvas.add_axes((box[0] / wide, box[1] / tall, box[2] / wide, box[3] / tall))
        axes.set_axis_off()
        if self.line is not None:
            self._line(axes, self.line)
        axes.set_xlim(*_about(self.income))
        axes.set_ylim(0, max(float(self.rate.max()) * 1.04, 1e-9))
        self._dots(axes, box)
        self._grid(canvas, axes, box)
        canvas.legend(
            loc="upper left", bbox_to_anchor=(0.02, 1), ncols=2, frameon=False, fontsize=style.SMALL
        )

    def _grid(self, canvas: Any, axes: Any, box: tuple[float, float, float, float]) -> None:
        """Lines of a grid with their values: the ticks of Matplotlib take a third of the time of a figure."""
        from matplotlib.ticker import MaxNLocator

        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        inches = {"transform": canvas.dpi_scale_trans}
        words = inches | {"color": style.MUTED}
        lines = []
        for value in MaxNLocator(4 if style.is_narrow(canvas) else 8).tick_values(left, right):
            if left <= value <= right:
                x = box[0] + (value - left) / (right - left) * box[2]
                lines.append((x, box[1], x, box[1] + box[3]))
                said = f"${value / 1000:,.0f}k" if value else "$0"
                place = min(x, canvas.get_figwidth() - 0.28)  # within the sheet
                canvas.text(place, box[1] - 0.05, said, ha="center", va="top", **words)
        for value in MaxNLocator(7).tick_values(low, high):
            if low <= value <= high:
                y = box[1] + (value - low) / (high - low) * box[3]
                lines.append((box[0], y, box[0] + box[2], y))
                canvas.text(box[0] - 0.05, y, f"{value:,g}", ha="right", va="center_baseline", **inches)
        _lines(axes, lines, inches, style.GRID)
        edges = ((box[0], box[1] + box[3], box[0], box[1]), (box[0], box[1], box[0] + box[2], box[1]))
        _lines(axes, edges, inches, style.FAINT)
        middle = box[0] + box[2] / 2
        canvas.text(middle, 0.12, "median household income of the tract", ha="center", va="bottom", **words)
        said = f"{style.shortened(self.name, 2.0)} per 1,000 people"
        canvas.text(0.05, box[1] + box[3] / 2, said, ha="left", va="center", rotation=90, **words)

    def _dots(self, axes: Any, box: tuple[float, float, float, float]) -> None:
        size = 2.6 if self.used.sum() > _CROWD else 3.6
        filled, hollow = self.used & ~self.uncertain, self.used & self.uncertain
        for share in range(_SHARES):
            chosen = np.flatnonzero(filled)[share::_SHARES]
            self._dot(axes, box, chosen, color=style.ACCENT, linewidth=size, alpha=0.6)
        self._dot(axes, box, np.flatnonzero(hollow), color=style.ACCENT, linewidth=size + 0.4)
        self._dot(axes, box, np.flatnonzero(hollow), color=style.PAPER, linewidth=size - 0.8)
        look: dict[str, Any] = {"linestyle": "none", "markersize": size}
        if filled.any():
            axes.plot([], [], marker="o", color=style.ACCENT, markeredgewidth=0, label="tract", **look)
        if hollow.any():
            ring = {"markerfacecolor": style.PAPER, "markeredgecolor": style.ACCENT}
            axes.plot([], [], marker="o", markeredgewidth=0.6, label="rests on few people", **(look | ring))
        if (~self.used).any():
            look |= {"marker": "x", "color": style.MUTED, "markeredgewidth": 0.8, "clip_on": False}
            few = "few people, not in the line"
            axes.plot(self.income[~self.used], self.rate[~self.used], label=few, **look)

    def _dot(self, axes: Any, box: tuple[float, float, float, float], at: Any, **look: Any) -> None:
        """Many dots as one path of lines that are hardly longer than nothing, with round ends.

        A browser takes a second for 20,000 things of one dot each, and nothing for a path.
        """
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if not len(at):
            return
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        across = box[0] + (self.income[at] - left) / (right - left) * box[2]
        up = box[1] + (self.rate[at] - low) / (high - low) * box[3]
        ends = np.column_stack([across - _HALF, up, across + _HALF, up]).reshape(-1, 2)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(at))
        inches = axes.figure.dpi_scale_trans
        patch = PathPatch(Path(ends, codes), fill=False, capstyle="round", transform=inches, **look)
        patch.set(clip_on=False, snap=False, zorder=2.5)
        axes.add_artist(patch)
        patch.set_clip_path(None)

    def _line(self, axes: Any, line: Fitted) -> None:
        shown = self.income[self.used]
        across = np.linspace(shown.min(), shown.max(), _STEPS)
        low, high = line.band(across)
        band = axes.fill_between(across, low, high, color=style.FAINT, linewidth=0, alpha=0.6)
        band.set_label("95 % band of the line")
        for end in (low, high):  # seen over the points too
            axes.plot(across, end, color=style.INK, linewidth=0.6, linestyle=(0, (4, 2)), zorder=4)
        axes.plot(across, line.at(across), color=style.INK, label="least-squares line", zorder=5)


def _about(values: Floats) -> tuple[float, float]:
    """From the lowest value to the highest, and a little more on both sides."""
    low, high = float(values.min()), float(values.max())
    more = (high - low) * 0.04 or 1.0
    return low - more, high + more


def _lines(
    axes: Any, ends: Sequence[tuple[float, float, float, float]], inches: dict[str, Any], color: str
) -> None:
    """Straight lines of one color, as one path below all else."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = np.array(ends).reshape(-1, 2)
    path = Path(corners, np.tile([Path.MOVETO, Path.LINETO], len(ends)))
    patch = PathPatch(path, fill=False, edgecolor=color, linewidth=0.8, zorder=0.5, clip_on=False, **inches)
    axes.add_artist(patch)
    patch.set_clip_path(None)


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
