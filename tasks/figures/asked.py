"""Who was asked for records, when, and what became of it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.sheet import Scale, Sheet, measure, row_height
from tasks.figures.style import ACCENT, INK, MUTED, NARROW, SMALL, WIDE, clean
from tasks.figures.words import MOST_ROWS, noun

_TOP: Final = 0.08
_FOOT: Final = 0.3
_MARKS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "fulfilled": (ACCENT, "o", False),
    "partly fulfilled": (ACCENT, "o", True),
    "no records": (INK, "s", True),
    "denied": (INK, "X", False),
    "withdrawn": (MUTED, "d", True),
    "pending": (MUTED, ">", False),
}
_ORDER: Final = tuple(_MARKS)


def requests_over_time(requests: pa.Table | None) -> Figure | None:
    """A line for each request from the day it was sent to the day it was answered, with what became of it.

    Args:
        requests: ``public/requests``.

    Returns:
        The figure; None where there is no request.
    """
    rows = [] if requests is None else requests.to_pylist()
    if not rows:
        return None
    rows.sort(key=lambda row: (row["sent"], row["agency"]))
    counts = Counter(row["status"] for row in rows)
    said = [f"{counts[status]} {clean(status)}" for status in sorted(counts, key=_place)]
    waits = sorted((row["received"] - row["sent"]).days for row in rows if row["received"])
    paint = Lines(tuple(rows))
    middle = f" Half of the answers came within {waits[(len(waits) - 1) // 2]} days." if waits else ""
    return Figure(
        key="requests-answered",
        title="Requests for records, from asked to answered",
        alt=f"{noun(len(rows), 'request', 'requests')}: {', '.join(said)}. A line each from the day it was "
        f"sent to the day of the answer; sent from {rows[0]['sent']} to {rows[-1]['sent']}.{middle}",
        table=_table(rows),
        paint=paint,
        size=(WIDE, paint.height(WIDE)),
        narrow=(NARROW, paint.height(NARROW)),
        caption=f"{noun(len(rows), 'request', 'requests')}: {', '.join(said)}. "
        "A line begins on the day the request was sent and ends on the day of the answer. A dashed "
        "line with an arrow has no answer; it ends at the last day that any request names."
        + (f" Shown are the first {MOST_ROWS}." if len(rows) > MOST_ROWS else ""),
    )


def _place(status: str) -> tuple[int, str]:
    return (_ORDER.index(status) if status in _ORDER else len(_ORDER), status)


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    days = [(row["received"] - row["sent"]).days if row["received"] else None for row in rows]
    return pa.table(
        {
            "agency": [row["agency"] for row in rows],
            "sent": [str(row["sent"]) for row in rows],
            "answered": [str(row["received"]) if row["received"] else None for row in rows],
            "days": pa.array(days, pa.int64()),
            "status": [row["status"] for row in rows],
            "mailboxes": pa.array([row["mailboxes"] for row in rows], pa.int64()),
        }
    )


@dataclass(frozen=True)
class Lines:
    """Paints a line for each request.

    Attributes:
        rows: Of ``public/requests``, the earliest first.
    """

    rows: tuple[Mapping[str, Any], ...]

    def height(self, width: float) -> float:
        """Inches down."""
        return _TOP + row_height(width) * min(len(self.rows), MOST_ROWS) + _FOOT

    def __call__(self, canvas: Any) -> None:
        """Paint on a ``matplotlib.figure.Figure``."""
        sheet = Sheet(canvas)
        rows = self.rows[:MOST_ROWS]
        first = min(row["sent"] for row in self.rows)
        last = max(row["received"] or row["sent"] for row in self.rows)
        words = max(measure(clean(row["status"]), SMALL) for row in rows)
        names = 0.0 if sheet.narrow else min(max(measure(clean(row["agency"])) for row in rows), 2.7)
        right = sheet.width - 0.12 - words
        start = first.replace(day=1).toordinal()
        scale = Scale(start, max(last.toordinal(), start + 1), names + 0.18, right - 0.1)
        tall = row_height(sheet.width)
        bottom = _TOP + tall * len(rows)
        _dates(sheet, scale, first, last, bottom)
        for place, row in enumerate(rows):
            y = sheet.name(_TOP + tall * place, row["agency"], names)
            _request(sheet, scale, row, (y, right))


def _request(sheet: Sheet, scale: Scale, row: Mapping[str, Any], place: tuple[float, float]) -> None:
    y, right = place
    color, shape, hollow = _MARKS.get(row["status"], (MUTED, "o", True))
    start = scale(row["sent"].toordinal())
    end = scale(row["received"].toordinal()) if row["received"] else scale.right
    style: dict[str, Any] = {} if row["received"] else {"linestyle": (0, (2, 1.5))}
    sheet.line([start, end], [y, y], color, linewidth=1.4, **style)
    sheet.line([start, start], [y - 0.05, y + 0.05], color, linewidth=1.4)
    sheet.mark(
        end, y, color, shape if row["received"] else ">", size=5.5, hollow=hollow and bool(row["received"])
    )
    sheet.text(right + 0.06, y, row["status"], size=SMALL, color=INK, most=sheet.width - right - 0.07)


def _dates(sheet: Sheet, scale: Scale, first: datetime.date, last: datetime.date, bottom: float) -> None:
    """The first days of years, or of quarters or months where there are few."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    each = next(
        step for step in (1, 3, 6, 12, 24, 60, 120, 1200) if months / step <= (4 if sheet.narrow else 7)
    )
    ticks = []
    for number in range(first.year * 12, last.year * 12 + 12):
        day = datetime.date(number // 12, number % 12 + 1, 1).toordinal()
        if number % each == 0 and scale.low <= day <= scale.high:
            ticks.append((day, f"{number // 12}" if each >= 12 else f"{number // 12}-{number % 12 + 1:02d}"))
    sheet.axis(scale, ticks or [(scale.low, str(first))], _TOP, bottom)
