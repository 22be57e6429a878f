"""Do richer tracts have more? All cities on one page, and crime beside posts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from tasks.figures.figure import Figure
from tasks.figures.intervals import Forest, Ratio, rows_known
from tasks.figures.style import NARROW, WIDE, clean
from tasks.figures.words import MOST_ROWS, listed, noun

_AXIS: Final = "ratio for 10,000 dollars more of income (equal factors are equal distances)"
_SHORT_AXIS: Final = "ratio for 10,000 dollars more of income"
_LOOK: Final = (
    "A triangle up: richer tracts have more; down: poorer tracts; filled: every check agrees; a circle: no "
    "clear relation. An arrow: the interval goes on."
)


def forest_of_cities(effects: pa.Table | None, verdicts: pa.Table | None = None) -> Figure | None:
    """All cities as a forest plot: by what factor posts per resident change with income.

    Args:
        effects: ``public/city_effects``.
        verdicts: ``public/city_tests_robust``; without it no verdict is shown.

    Returns:
        The figure; None where no city has an interval.
    """
    if effects is None:
        return None
    by_city = {row["city"]: row["verdict"] for row in ([] if verdicts is None else verdicts.to_pylist())}
    found = effects.to_pylist()
    rows = tuple(_ratio(row, row["city"], by_city.get(row["city"], "")) for row in found)
    if not rows_known(rows):
        return None
    return _figure(
        key="cities-forest",
        title="Rate ratios of all cities",
        what="posts per resident",
        rows=rows,
        caption=f"Lines are 95 % intervals that allow for neighbors. {_summary_words(found)}{_LOOK}",
        table=_table(found, rows, {"city": "city"}, "posts"),
    )


def _ratio(row: Mapping[str, Any], name: str, verdict: str) -> Ratio:
    summary = row["scope"] != "city"
    cities = row["cities"] or 0
    predicted = (row["predicted_low"], row["predicted_high"])
    known = row["ratio_10000"] is not None
    return Ratio(
        name=clean(name),
        ratio=row["ratio_10000"],
        low=row["ratio_10000_low"],
        high=row["ratio_10000_high"],
        words=noun(cities, "city", "cities") if summary else clean(verdict if known else row["why"]),
        predicted=None if None in predicted else predicted,
        summary=summary,
    )


def _summary_words(rows: Iterable[Mapping[str, Any]]) -> str:
    shown = [row for row in rows if row["scope"] != "city" and row["ratio_10000"] is not None]
    if not shown:
        return ""
    if all(row["predicted_low"] is None for row in shown):
        return "The diamond is the summary over all cities. "
    return (
        "The diamond is the summary over all cities; the dashed line beside it holds the ratio of one more "
        "such city in 95 of 100 cases. "
    )


def _said(rows: Iterable[Ratio]) -> str:
    clauses, group = [], ""
    for row in rows:
        if row.heading:
            group = f"{row.name}, "
            continue
        more = ""
        if row.predicted is not None:
            more = f", one more city {row.predicted[0]:.2f} to {row.predicted[1]:.2f}"
        if row.known:
            clauses.append(f"{group}{row.name} {row.said}{more}" + (f", {row.words}" if row.words else ""))
        else:
            clauses.append(
                f"{group}{row.name} no interval ({row.words})" if row.words else f"{row.name} no interval"
            )
    # The summary is last, and must be said.
    last = clauses.pop() if len(clauses) > 1 and list(rows)[-1].summary else ""
    return (f"{last}; " if last else "") + listed(clauses)


def _figure(
    *, key: str, title: str, what: str, rows: tuple[Ratio, ...], caption: str, table: pa.Table
) -> Figure:
    forest = Forest(rows, _SHORT_AXIS)
    return Figure(
        key=key,
        title=title,
        alt=f"Ratios of {what} between tracts and tracts with 10,000 dollars less of income, with 95 % "
        f"intervals: {_said(rows)}.",
        table=table,
        paint=forest,
        size=(WIDE, forest.height(WIDE)),
        narrow=(NARROW, forest.height(NARROW)),
        caption=f"Ratio of {what} for 10,000 dollars more of income; above 1 richer tracts have more. "
        f"Equal factors are equal distances. {caption}",
    )


def _table(
    found: Sequence[Mapping[str, Any]], rows: Sequence[Ratio], names: Mapping[str, str], counted: str
) -> pa.Table:
    """The numbers behind the rows, in their order."""
    columns: dict[str, Any] = {shown: [row[name] for row in found] for name, shown in names.items()}
    columns["tracts"] = [row["n"] for row in found]
    columns[counted] = [row[counted] for row in found]
    numbers = {
        "ratio": "ratio_10000",
        "interval from": "ratio_10000_low",
        "interval to": "ratio_10000_high",
        "one more city from": "predicted_low",
        "one more city to": "predicted_high",
    }
    for shown, name in numbers.items():
        columns[shown] = pa.array([_digits(row[name]) for row in found], pa.float64())
    columns["verdict, or why there is none"] = [row.words for row in rows]
    return pa.table(columns)


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def crime_beside_posts(
    crimes: pa.Table | None,
    posts: pa.Table | None = None,
    crime_verdicts: pa.Table | None = None,
    post_verdicts: pa.Table | None = None,
) -> Iterator[Figure]:
    """For each city with records of crimes the ratio of posts, and below it that of each type of crime.

    Args:
        crimes: ``public/crime_effects``.
        posts: ``public/city_effects``.
        crime_verdicts: ``public/crime_tests_robust``.
        post_verdicts: ``public/city_tests_robust``.

    Yields:
        One figure; one per city where there are many rows; none where no city has an interval of a crime.
    """
    if crimes is None or crimes.num_rows == 0:
        return
    verdicts: dict[tuple[str, str, str], str] = {
        **{("posts", r["city"], ""): r["verdict"] for r in _rows(post_verdicts)},
        **{("crime", r["city"], r["crime"]): r["verdict"] for r in _rows(crime_verdicts)},
    }
    by_city = {row["city"]: row for row in _rows(posts)}
    groups: dict[str, list[Mapping[str, Any]]] = {}
    # Cities by name, the summary over all of them last.
    for row in sorted(crimes.to_pylist(), key=lambda r: (r["scope"] != "city", r["city"], r["crime"])):
        groups.setdefault(row["city"], []).append(row)
    made = [_group(city, rows, by_city.get(city), verdicts) for city, rows in groups.items()]
    made = [each for each in made if rows_known(each[1])]
    if sum(len(rows) for _, rows in made) <= MOST_ROWS:
        made = (
            [([row for found, _ in made for row in found], [row for _, rows in made for row in rows])]
            if made
            else []
        )
    for place, (found, rows) in enumerate(made, 1):
        yield _crime_figure(found, tuple(rows), "" if len(made) == 1 else f"-{place}")


def _rows(table: pa.Table | None) -> list[dict[str, Any]]:
    return [] if table is None else table.to_pylist()


def _group(
    city: str,
    crimes: Sequence[Mapping[str, Any]],
    posts: Mapping[str, Any] | None,
    verdicts: Mapping[tuple[str, str, str], str],
) -> tuple[list[Mapping[str, Any]], list[Ratio]]:
    """The rows of a city: their numbers, and what is drawn, under its name."""
    rows = [Ratio(clean(city), heading=True)]
    found: list[Mapping[str, Any]] = []
    if posts is not None:
        rows.append(_ratio(posts, "posts", verdicts.get(("posts", city, ""), "")))
        found.append({**posts, "crime": "posts", "counted": posts["posts"]})
    for row in crimes:
        rows.append(_ratio(row, row["crime"], verdicts.get(("crime", city, row["crime"]), "")))
        found.append({**row, "counted": row["crimes"]})
    return found, rows


def _crime_figure(found: Sequence[Mapping[str, Any]], rows: tuple[Ratio, ...], suffix: str) -> Figure:
    shown = [row for row in rows if not row.heading]
    cities = [row.name for row in rows if row.heading]
    return _figure(
        key=f"crime-beside-posts{suffix}",
        title="Crime beside posts" + (f": {cities[0]}" if len(cities) == 1 else ""),
        what="posts and crimes per resident",
        rows=rows,
        caption=f"Lines are 95 % intervals that allow for neighbors. {_LOOK}",
        table=_table(found, shown, {"city": "city", "crime": "posts or crime"}, "counted"),
    )
