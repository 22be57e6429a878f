"""Two maps of a city side by side: posts per 1,000 people, and income (method 13.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.figures import style
from tasks.figures.city import LEAST_EXPECTED, City, table_of
from tasks.figures.classes import NUMBER, Classes
from tasks.figures.figure import Figure
from tasks.figures.plane import POINTS, Plane
from tasks.figures.shapes import Drawing, drawing_of, outline_of

_SIDE: Final = 250.0
"""Points of a map's square."""
_HEAD: Final = 17.0
_BELOW: Final = 96.0
"""Points above a map for its title, and below it for scale and legend."""
_GAP: Final = style.WIDE * POINTS - 2 * _SIDE
_TALL: Final = _HEAD + _SIDE + _BELOW
_ROW: Final = 13.0
_BOX: Final = 9.0
_LINE: Final = 0.35
_KM_PER_MILE: Final = 1.609344
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Miles that a scale may have."""
_NOT_USED: Final = -1
_DARK: Final = 3
"""The class from which lines are of the colour of the paper, since lines of ink would not be seen."""
_LINES: Final[dict[str, Any]] = {
    "facecolor": "none",
    "edgecolor": style.INK,
    "hatch": "---",
    "linewidth": 0,
}
_LINES_ON_DARK: Final = _LINES | {"edgecolor": style.PAPER}


@dataclass(frozen=True)
class _Maps:
    """Paints both maps; it can be sent to a worker."""

    outlines: tuple[bytes, ...]
    used: npt.NDArray[np.bool_]
    uncertain: npt.NDArray[np.bool_]
    places: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    titles: tuple[str, str]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    unused: str

    def __call__(self, canvas: Any) -> None:
        canvas.set_layout_engine("none")
        drawing = _drawing(self.outlines, self.used.tobytes())
        narrow = style.is_narrow(canvas)
        plane = Plane.of_points(canvas)
        for at in range(2):
            left = (canvas.get_figwidth() * POINTS - _SIDE) / 2 if narrow else at * (_SIDE + _GAP)
            bottom = (1 - at) * (_TALL + _GAP) if narrow else 0.0
            square = _Square(plane, left, bottom + _BELOW)
            if drawing is not None:
                self._tracts(square, drawing, self.places[at], marked=at == 0)
                _scale(square, drawing.km)
            square.text(0, _SIDE + 6, self.titles[at], fontweight="bold")
            self._legend(square, self.words[at], marked=at == 0)

    def _tracts(
        self, square: _Square, drawing: Drawing, places: npt.NDArray[np.int64], *, marked: bool
    ) -> None:
        there = np.array([shape is not None for shape in drawing.shapes], dtype=np.bool_)
        border = {"edgecolor": style.PAPER, "linewidth": _line(drawing, self.used & there)}
        for place in range(_NOT_USED, NUMBER):
            chosen = there & (places == place)
            look = _look(place)
            square.tracts(drawing, chosen, **(border | look))
        if marked:
            for look, dark in ((_LINES, False), (_LINES_ON_DARK, True)):
                lines = there & self.uncertain & (places >= 0) & ((places >= _DARK) == dark)
                square.tracts(drawing, lines, **look)

    def _legend(self, square: _Square, words: tuple[str, ...], *, marked: bool) -> None:
        shown: list[tuple[Mapping[str, Any], str]] = [
            (_look(place), said) for place, said in enumerate(words) if said
        ]
        shown.append((_look(_NOT_USED), self.unused))
        if marked and self.uncertain.any():
            shown.append((_LINES | _look(1), "rests on few people"))
        for row, (look, said) in enumerate(shown):
            across, down = divmod(row, NUMBER)
            left, bottom = across * _SIDE * 0.56, -32 - down * _ROW
            square.box(left, bottom, **({"linewidth": 0} | dict(look)))
            square.text(left + _BOX * 1.5 + 5, bottom + 1, said, fontsize=style.SMALL)


@lru_cache(maxsize=1)
def _drawing(outlines: tuple[bytes, ...], used: bytes) -> Drawing | None:
    """Both forms of a figure have the same maps: to make the polygons simple takes half of their time."""
    return drawing_of(outlines, np.frombuffer(used, dtype=np.bool_), _SIDE)


def _look(place: int) -> dict[str, Any]:
    """How tracts of a class are filled; those that are not used are hatched."""
    if place == _NOT_USED:
        return {"facecolor": style.GRID, "edgecolor": style.MUTED, "hatch": "/////", "linewidth": 0}
    return {"facecolor": style.SEQUENCE[place]}


@dataclass(frozen=True)
class _Square:
    """The place of a map; lengths are points, from its lower left corner."""

    plane: Plane
    left: float
    bottom: float

    def tracts(self, drawing: Drawing, chosen: npt.NDArray[np.bool_], **look: Any) -> None:
        """Draw some tracts as one path."""
        from matplotlib.patches import PathPatch

        if chosen.any():
            outline = outline_of(drawing.shapes[chosen], (self.left, self.bottom))
            patch = PathPatch(outline, snap=False, joinstyle="round", **look)
            self.plane.add(patch, cut=True)

    def text(self, x: float, y: float, words: str, **look: Any) -> None:
        """Write in one line."""
        self.plane.text(self.left + x, self.bottom + y, words, **look)

    def line(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> None:
        """Draw a line through points."""
        from matplotlib.lines import Line2D

        across, up = [self.left + x for x in xs], [self.bottom + y for y in ys]
        self.plane.add(Line2D(across, up, **look))

    def box(self, x: float, y: float, **look: Any) -> None:
        """Draw a box of the legend."""
        from matplotlib.patches import Rectangle

        corner = (self.left + x, self.bottom + y)
        self.plane.add(Rectangle(corner, _BOX * 1.5, _BOX, **look))


def _line(drawing: Drawing, used: npt.NDArray[np.bool_]) -> float:
    """How wide borders are: thinner where tracts are so small that borders would hide their colours."""
    import shapely

    across = float(np.sqrt(np.median(shapely.area(drawing.shapes[used])))) if used.any() else _SIDE
    return max(min(_LINE, across * 0.04), 0.1)


def _scale(square: _Square, km: float) -> None:
    """A bar of as many whole miles as a third of the map has room for."""
    room = _SIDE / 3 * km / _KM_PER_MILE
    miles = max((step for step in _STEPS if step <= room), default=_STEPS[0])
    long = miles * _KM_PER_MILE / km
    across = (0, 0, long, long)
    square.line(across, (-6, -10, -10, -6), color=style.MUTED, linewidth=0.8)
    unit = "mile" if miles == 1 else "miles"
    said = f"{miles:g} {unit} ({miles * _KM_PER_MILE:.2g} km), north is up"
    square.text(long + 5, -11, said, fontsize=style.SMALL, color=style.MUTED)


def maps(city: City, outlines: Mapping[str, bytes], key: str) -> Figure:
    """Posts per 1,000 people beside income, tract by tract.

    Args:
        city: Its tracts; at least one is shown.
        outlines: Polygons as GeoJSON, by GEOID.
        key: Of the figure.
    """
    rate, income = (Classes.of(values[city.shown]) for values in (city.rate, city.income))
    values = (np.where(city.shown, city.rate, np.nan), np.where(city.shown, city.income, np.nan))
    places = (rate.places(values[0]), income.places(values[1]))
    words = (rate.words(), income.words("$"))
    name = style.clean(city.name)
    return Figure(
        key=key,
        title=f"{name}: posts per 1,000 people beside income, by tract",
        alt=_alt(city, words),
        table=table_of(city, [(f"class of {what}", _classes(each)) for what, each in _named(places)]),
        paint=_Maps(
            tuple(outlines.get(geoid, b"") for geoid in city.geoids),
            city.shown,
            city.uncertain,
            places,
            ("Posts per 1,000 people", "Median household income"),
            words,
            "not used" if (city.shown == city.used).all() else "not used or not published",
        ),
        size=(style.WIDE, _TALL / POINTS),
        caption=_caption(city, outlines),
        narrow=(style.NARROW, (2 * _TALL + _GAP) / POINTS),
    )


def _named(
    places: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> tuple[tuple[str, npt.NDArray[np.int64]], ...]:
    return (("posts per 1,000", places[0]), ("income", places[1]))


def _classes(places: npt.NDArray[np.int64]) -> list[int | None]:
    return [None if place < 0 else place + 1 for place in places.tolist()]


def _alt(city: City, words: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    rates, incomes = (", ".join(each for each in one if each) for one in words)
    rate, income = city.rate[city.shown], city.income[city.shown]
    alike = (rate > np.median(rate)) == (income > np.median(income))
    return (
        f"Two maps of the tracts of {style.clean(city.name)}, in classes of about equally many tracts. "
        f"Posts per 1,000 people: {rates}. Income: {incomes}. In {int(alike.sum()):,} of {len(rate):,} "
        "tracts posts and income are both above the middle tract, or both are not."
    )


def _caption(city: City, outlines: Mapping[str, bytes]) -> str:
    """What is left out, and how it is drawn."""
    missing = sum(geoid not in outlines for geoid in city.geoids)
    withheld = int((city.used & ~city.shown).sum())
    few = int((city.uncertain & city.shown).sum())
    said = (
        "The classes of a map have about equally many tracts; a tract on a limit is in the lower class.",
        f"{_are(int(city.used.sum()), 'is', 'are')} used, of {len(city):,} listed.",
        f"{_are(withheld, 'has', 'have')} a count that is not published." if withheld else "",
        f"{_are(missing, 'has', 'have')} no polygon." if missing else "",
        f"{_are(few, 'has a rate that rests', 'have rates that rest')} on few people (horizontal lines): "
        f"at the city's own rate, fewer than {LEAST_EXPECTED:.0f} posts would be expected in it."
        if few
        else "",
        "Equal-area projection. Tracts that are not used are drawn as far as they are in the frame.",
    )
    return " ".join(each for each in said if each)


def _are(count: int, one: str, more: str) -> str:
    return f"1 tract {one}" if count == 1 else f"{count:,} tracts {more}"
