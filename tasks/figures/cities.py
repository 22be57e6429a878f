"""The cities that could be asked for records: how much of each gentrified, and which were chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import Scale, Sheet, key_height, measure, row_height, steps
from tasks.figures.style import ACCENT, FAINT, INK, MUTED, NARROW, SMALL, WIDE, clean
from tasks.figures.words import MOST_ROWS, listed, noun

_TOP: Final = 0.1
_FOOT: Final = 0.4
_KEY: Final = (("chosen", ACCENT), ("partnership, not chosen", MUTED), ("no partnership", FAINT))


def gentrified_share(gentrification: pa.Table | None, selection: pa.Table | None = None) -> Figure | None:
    """The share of each city's tracts that gentrified, with the cities chosen marked.

    Args:
        gentrification: ``public/gentrification``.
        selection: ``public/city_selection``; without it the cities stand without a mark.

    Returns:
        The figure; None where no city has tracts.
    """
    chosen = {row["city"]: row for row in ([] if selection is None else selection.to_pylist())}
    rows = [row for row in ([] if gentrification is None else gentrification.to_pylist()) if _known(row)]
    if not rows:
        return None
    rows.sort(key=lambda row: (-row["gentrified_share"], row["city"]))
    paint = Ranking(tuple(rows), {city: _state(row) for city, row in chosen.items()})
    marked = [row["city"] for row in rows if chosen.get(row["city"], {}).get("selected")]
    said = [f"{row['city']} {_share(row)}" for row in rows]
    shown = "; shown are those with the highest share and those chosen" if len(rows) > MOST_ROWS else ""
    return Figure(
        key="gentrified-share",
        title="Gentrified share of each city's tracts" + (", with the cities chosen" if marked else ""),
        alt=f"Bars for {noun(len(rows), 'city', 'cities')}, the highest share first. "
        + (f"Chosen: {listed(marked, 30)}. " if marked else "")
        + f"Shares: {listed(said)}.",
        table=_table(rows, chosen),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption=f"The share of each city's tracts that gentrified{shown}."
        + (" Chosen cities have a filled mark before their name." if marked else ""),
    )


def _known(row: Mapping[str, Any]) -> bool:
    return None not in {row["gentrified_share"], row["gentrified"]} and bool(row["tracts"])


def _state(row: Mapping[str, Any]) -> str:
    return "chosen" if row["selected"] else _KEY[1][0] if row["partnership"] else _KEY[2][0]


def _share(row: Mapping[str, Any]) -> str:
    return f"{100 * row['gentrified_share']:.1f} % ({row['gentrified']:,} of {row['tracts']:,})"


def _table(rows: Sequence[Mapping[str, Any]], chosen: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    names = {"city": "city", "tracts": "tracts", "eligible": "could gentrify", "gentrified": "gentrified"}
    columns: dict[str, Any] = {shown: [row[name] for row in rows] for name, shown in names.items()}
    columns["share in %"] = [round(100 * row["gentrified_share"], 1) for row in rows]
    if chosen:
        for name, shown in (("partnership", "partnership"), ("selected", "chosen")):
            values = [chosen.get(row["city"], {}).get(name) for row in rows]
            columns[shown] = [None if value is None else "yes" if value else "no" for value in values]
    return pa.table(columns)


@dataclass(frozen=True)
class Ranking:
    """Paints a bar for each city.

    Attributes:
        rows: Of ``public/gentrification``, the highest share first.
        states: Of each city whether it was chosen, had a partnership, or had none.
    """

    rows: tuple[Mapping[str, Any], ...]
    states: Mapping[str, str]

    @property
    def shown(self) -> list[Mapping[str, Any]]:
        """The cities that are drawn: as many as fit, and all that were chosen."""
        chosen = [row for row in self.rows if self.states.get(row["city"]) == "chosen"]
        first = [row for row in self.rows if row not in chosen][: max(MOST_ROWS - len(chosen), 0)]
        return [row for row in self.rows if row in chosen or row in first]

    def height(self, width: float) -> float:
        """Inches down."""
        return self._top(width) + row_height(width) * len(self.shown) + _FOOT

    def _top(self, width: float) -> float:
        return _TOP + (key_height([words for words, _ in _KEY], width) if self.states else 0)

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        if self.states:
            sheet.key(_KEY, 0.1)
        rows, top, tall = self.shown, self._top(sheet.width), row_height(sheet.width)
        names = min(max(measure(clean(row["city"]), bold=True) for row in rows), 2.4)
        behind = max(measure(_share(row), SMALL) for row in rows)
        high = max(100 * row["gentrified_share"] for row in rows) or 1
        left = 0.2 if sheet.narrow else names + 0.28
        scale = Scale(0, high, left, sheet.width - behind - 0.12)
        ticks = [(value, f"{value:g} %") for value in steps(high, 3 if sheet.narrow else 5)]
        sheet.axis(scale, ticks, top, top + tall * len(rows), "of the city's tracts")
        for place, row in enumerate(rows):
            state = self.states.get(row["city"], "")
            chosen = state == "chosen"
            y = sheet.name(top + tall * place, row["city"], names + 0.14, bold=chosen)
            if chosen:
                sheet.mark(0.08, y, ACCENT, "D", size=5)
            end = scale(100 * row["gentrified_share"])
            if row["gentrified"]:
                color = dict(_KEY).get(state, FAINT if self.states else ACCENT)
                sheet.bar(scale.left, y - 0.07, max(end - scale.left, 0.01), 0.14, color)
            sheet.text(end + 0.05, y, _share(row), size=SMALL, color=INK if chosen else MUTED)
